import assert from 'node:assert/strict';
import { hangup, hear, meanwhile } from '../../../app/media/scripted/steps.ts';
import type { MediaCaseList } from '../cases.ts';
import { aborted, openGate } from './events.ts';
import { endOf, language, prompt } from './prompts.ts';

export const callCases: MediaCaseList = {
  'tells who called whom, and when': async (world) => {
    const before = Date.now() - 1000;
    const { call } = await world.ring({ to: '+12025550123', from: '+12025550100', steps: [] });
    assert.equal(call.facts.requestUser, '+12025550123');
    assert.equal(call.facts.from?.number, '+12025550100');
    assert.equal(call.facts.privacy, false);
    assert.deepEqual(call.entry, { kind: 'incoming' });
    assert.ok(call.started.getTime() >= before);
    assert.equal(call.answered, undefined);
    await call.hangup();
  },

  'is answered, plays, and is hung up by us': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('goodbye')] });
    await call.answer();
    assert.ok(call.answered !== undefined);
    assert.deepEqual(endOf(await call.play([prompt('goodbye')], { language })), { kind: 'done' });
    await caller.done;
    await call.hangup();
    assert.equal(await caller.ending, 'hung-up');
    await aborted(call.gone);
  },

  'can be hung up any number of times, and disposing does the same': async (world) => {
    const { call, caller } = await world.ring({ steps: [] });
    await call.answer();
    await Promise.all([call.hangup(), call.hangup()]);
    await call[Symbol.asyncDispose]();
    assert.equal(await caller.ending, 'hung-up');
  },

  'is refused as busy, unallocated or congested before it is answered': async (world) => {
    for (const cause of ['busy', 'unallocated', 'congestion'] as const) {
      const { call, caller } = await world.ring({ steps: [] });
      await call.hangup(cause);
      assert.equal(await caller.ending, cause);
    }
  },

  'is gone when the caller gives up before the answer': async (world) => {
    const arrived = openGate();
    const { call } = await world.ring({ steps: [meanwhile(() => arrived.opened), hangup()] });
    arrived.open();
    await aborted(call.gone);
    await call.answer();
    assert.deepEqual(endOf(await call.play([prompt('greeting-default')], { language })), { kind: 'gone' });
  },

  'is gone for everything that is asked of it after a hang-up': async (world) => {
    const { call } = await world.ring({ steps: [hear('goodbye'), hangup()] });
    await call.answer();
    await call.play([prompt('goodbye')], { language });
    await aborted(call.gone);
    const rule = {
      language,
      items: [prompt('enter-reference')],
      judge: () => undefined,
      firstDigitMs: 1000,
      nextDigitMs: 1000,
    };
    assert.deepEqual(await call.gather(rule), { kind: 'gone' });
    assert.deepEqual(endOf(await call.play([prompt('goodbye')], { language })), { kind: 'gone' });
    await call.hangup();
  },
};
