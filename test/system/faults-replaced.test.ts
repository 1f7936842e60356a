import assert from 'node:assert/strict';
import { AriClient } from '../../app/media/ari/wire/client.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openSystem, type System } from './system.ts';

describe('a controller whose application another one takes over', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => (system = await openSystem()));
  after(async () => system?.[Symbol.asyncDispose]());

  it('ends, and tells whoever started it that it was not asked to', async () => {
    const { ariUrl: url, user, password } = system.asterisk;
    const apps = ['answerback', 'answerback-text'];
    const idle = {
      connected: () => Promise.resolve(),
      event: () => {},
      disconnected: () => {},
      replaced: () => {},
    };
    const other = new AriClient({ url, user, password, apps, timeoutMs: 5000 }, idle, silentLog);
    try {
      assert.equal(await system.controller.exited, 1);
    } finally {
      other.close();
    }
  });
});
