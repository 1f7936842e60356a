import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import { enterMailbox, isSound } from './enter-mailbox.ts';
import { putMessage } from './put-message.ts';
import { openSystem, type System } from './system.ts';
import { Told } from './told.ts';

/** The driver looks for a store that is back within this time. */
const backMs = 45_000;

describe('A subscriber listens while something breaks', function () {
  this.timeout(120_000);
  let system: System;

  before(async () => (system = await openSystem({ standard: { notify: [] } })));
  after(() => system?.[Symbol.asyncDispose]());

  it('the store is killed: they are told, stay in their message, and save it when the store is back', async () => {
    const own = '+12025550301';
    const message = await putMessage(system, own, { sound: babble(15_000, 3) });
    const told = new Told(system);
    const call = await enterMailbox(await system.phone(own), told);
    await call.press('1');
    await told.plays('message-from');
    await call.press('1');
    await told.plays(({ name }) => isSound(name));
    await system.local.kill('ferretdb', 'SIGKILL');
    const asked = performance.now();
    await call.press('2');
    await call.hears(await prompt('not-now'), { withinMs: 20_000 });
    const waitedMs = performance.now() - asked;
    assert.ok(waitedMs < 15_000, `told after ${waitedMs} ms`);
    await told.plays('menu-message-play');
    await system.local.start('ferretdb');
    for (const deadline = Date.now() + backMs; ;) {
      await call.press('2');
      const said = await told.plays(({ name }) => name === 'message-kept' || name === 'not-now', 20_000);
      if (said.name === 'message-kept') break;
      assert.ok(Date.now() < deadline, 'the store is back, and the message cannot be saved');
      await told.plays('menu-message-play');
    }
    await call.hangup();
    assert.equal((await system.store.messages.get(message.id))?.state, 'saved');
  });

  it('the line goes dead in the middle of a message: the call ends, and another one hears it anew', async () => {
    const own = '+12025550302';
    const sound = babble(8000, 4);
    const message = await putMessage(system, own, { sound });
    const phone = await system.phone(own);
    for (const last of [false, true]) {
      const told = new Told(system);
      const call = await enterMailbox(phone, told);
      await call.press(last ? '2' : '1');
      await told.plays('message-from');
      await call.press('1');
      await call.hears(sound.subarray(32_000, 36_000));
      assert.equal((await system.store.messages.get(message.id))?.state, last ? 'heard' : 'new');
      await call.hangup();
      await until(async () => (await system.store.messages.get(message.id))?.state === 'heard');
    }
  });
});

async function until(holds: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await holds()); await pause(50))
    assert.ok(Date.now() < deadline, 'it did not come about');
}
