import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { AriClient } from '../../app/media/ari/wire/client.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openSystem, type System } from './system.ts';

describe('a controller whose application another one takes over', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => (system = await openSystem()));
  after(async () => system?.[Symbol.asyncDispose]());

  it('ends, and tells whoever started it not to start it against the other', async () => {
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
      const unit = await readFile('systemd/answerback.service', 'utf8');
      assert.match(unit, new RegExp(`^RestartPreventExitStatus=${await system.controller.exited}$`, 'm'));
    } finally {
      other.close();
    }
  });
});
