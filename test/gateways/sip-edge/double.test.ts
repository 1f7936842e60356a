import assert from 'node:assert/strict';
import { recorded, replayed } from './replay.ts';
import { readTranscript } from './transcript.ts';

const conversations: Readonly<Record<string, string>> = {
  '01-connect': 'connecting, routes, pings, wrong secrets, restarts, and what is no frame',
  '02-message': 'texts in and out, and what becomes of them',
  '03-subscribe-notify': 'subscriptions, their ends, and a restart',
  '04-register-options': 'registrations, OPTIONS, and headers that are wrong',
  '05-invite-redirect-proxy': 'calls redirected and sent on',
  '06-two-nodes': 'two nodes, and the death of one',
};

describe('The double of drachtio-server says what the real one said, frame by frame', function () {
  this.timeout(30_000);
  for (const [name, what] of Object.entries(conversations)) {
    it(`${what} (${name})`, async () => {
      // What a handler added later does to the turns is not rebuilt: the edge adds none.
      const entries = readTranscript(name, name.startsWith('06') ? '\n## 7. a handler' : undefined);
      const real = recorded(entries);
      assert.ok([...real.values()].flat().length > 10, 'the recording is read');
      const own = await replayed(entries);
      for (const [connection, lines] of real) assert.deepEqual(own.get(connection), lines, connection);
      assert.deepEqual([...own.keys()].sort(), [...real.keys()].sort());
    });
  }
});
