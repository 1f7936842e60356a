import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTranscript } from './transcript.ts';
import { recorded, replayed } from './replay.ts';

/** What was recorded, and what of it is shown by it. */
const conversations: Readonly<Record<string, string>> = {
  '01a-record-dtmf-hash': 'a recording that a key ends, and its playback',
  '01b-record-silence': 'a recording that silence ends',
  '01c-record-maxtime': 'a recording that the limit ends',
  '02a-caller-hangup-in-record-linger': 'a caller who hangs up in a recording; commands after the end',
  '02d-caller-cancel-before-answer': 'a caller who gives up before the answer',
  '03c-playback-terminators-any': 'playback that any key ends',
  '03d-dtmf-events-uuid_break': 'playback broken off by the application; keys while nothing runs',
  '03e-queued-playbacks-uuid_break': 'executions inside each other, ended by one break',
  '03j-playback-missing-file': 'a file that is not there',
  '03k-queued-playbacks-event-lock': 'executions in turn',
  '03l-unknown-application': 'an application that the switch does not have',
  '05a-outdial-park': 'a call out that is answered',
  '05c-outdial-busy': 'a call out to somebody who is busy',
  '05d-outdial-noanswer': 'a call out that nobody answers',
  '05f-outdial-cancelled-by-app': 'a call out that is given up',
  '05g-outdial-rejected-404': 'a call out to a number that is none',
  '10b-inbound-auth-failure': 'a wrong password',
};

describe('The double of FreeSWITCH says what the real one said, message by message', function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ab-double-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  // Each takes the time that it took: all at once.
  const said = new Map<
    string,
    Promise<[Awaited<ReturnType<typeof replayed>>, ReturnType<typeof recorded>]>
  >();
  before(() => {
    for (const name of Object.keys(conversations)) {
      const transcript = readTranscript(name);
      const both = replayed(transcript, join(folder, name)).then(
        (own) => [own, recorded(transcript)] as const,
      );
      both.catch(() => undefined);
      said.set(name, both as never);
    }
  });

  for (const [name, what] of Object.entries(conversations)) {
    it(`${what} (${name})`, async () => {
      const [own, real] = (await said.get(name)) ?? assert.fail();
      assert.deepEqual(own.lines, real.lines);
      for (const [event, headers] of real.headers) assert.deepEqual(own.headers.get(event), headers, event);
    });
  }
});
