import assert from 'node:assert/strict';
import { babble } from '../../audio/babble.ts';
import { answeredCall, nextCall, openLab, ruleFor } from './lab.ts';
import type { Lab } from './lab.ts';
import { endOf } from '../cases/prompts.ts';

describe('an event loop that stands still', function () {
  this.timeout(60_000);
  let lab: Lab;
  before(async () => (lab = await openLab({ modules: 'load = res_clioriginate.so' })));
  after(async () => lab?.[Symbol.asyncDispose]());

  it('for over six seconds while calls come loses none of them, nor what is being recorded', async () => {
    await using media = await lab.media();
    const { phone, call } = await answeredCall(lab, media);
    const rule = ruleFor(call, { maxSeconds: 5 });
    const recorded = call.record(rule);
    await phone.hearsTone(1000);
    await phone.say(babble(1000, 1));
    // Made by other processes, so that they come while this one stands still.
    const command = 'channel originate Local/+12025550100@from-trunk application Wait 30';
    const others = Promise.all([1, 2, 3, 4, 5].map(() => lab.asterisk.cli(command)));
    standStill(6500);
    await others;
    assert.ok(media.healthy);
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const other = await nextCall(media);
      ids.add(other.id);
      await other.answer();
      assert.deepEqual(
        endOf(await other.play([{ kind: 'prompt', name: 'message-saved' }], { language: 'en' })),
        {
          kind: 'done',
        },
      );
      await other.hangup();
    }
    assert.equal(ids.size, 5);
    const result = await recorded;
    assert.ok(result.kind !== 'gone' && result.take !== undefined, result.kind);
    assert.ok(result.take.durationMs > 700);
    await result.take.discard();
    await call.hangup();
    await phone.ended();
  });
});

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
