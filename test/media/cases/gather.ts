import assert from 'node:assert/strict';
import type { Call, GatherRule } from '../../../app/ports/media.ts';
import { hangup, hear, meanwhile, press } from '../../../app/media/scripted/steps.ts';
import type { MediaCaseList } from '../cases.ts';
import { endOf, language, prompt } from './prompts.ts';

const rule: GatherRule = {
  language,
  items: [prompt('enter-reference')],
  judge: (digits) => (digits.length >= 4 ? 'complete' : digits.startsWith('9') ? 'invalid' : undefined),
  firstDigitMs: 1500,
  nextDigitMs: 1000,
};

/** Judges by length. */
function upTo(count: number): GatherRule {
  return {
    ...rule,
    items: [prompt('goodbye')],
    judge: (digits) => (digits.length >= count ? 'complete' : undefined),
  };
}

async function greet(call: Call): Promise<void> {
  await call.answer();
  assert.deepEqual(endOf(await call.play([prompt('greeting-default')], { language })), { kind: 'done' });
}

export const gatherCases: MediaCaseList = {
  'digits are collected until the judge is content': async (world) => {
    const { call } = await world.ring({ steps: [hear('enter-reference'), press('1204')] });
    await call.answer();
    assert.deepEqual(await call.gather(rule), { kind: 'complete', digits: '1204' });
    await call.hangup();
  },

  'digits that cannot be right are invalid at once': async (world) => {
    const { call } = await world.ring({ steps: [hear('enter-reference'), press('9')] });
    await call.answer();
    assert.deepEqual(await call.gather(rule), { kind: 'invalid', digits: '9' });
    await call.hangup();
  },

  'digits typed ahead are taken without the prompt': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('greeting-default'), press('1234')] });
    await greet(call);
    await caller.done;
    assert.deepEqual(await call.gather(rule), { kind: 'complete', digits: '1234' });
    assert.ok(!(await caller.heard('enter-reference')));
    await call.hangup();
  },

  'digits beyond the result are kept for the next question': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('greeting-default'), press('12345')] });
    await greet(call);
    await caller.done;
    assert.deepEqual(await call.gather(upTo(3)), { kind: 'complete', digits: '123' });
    assert.deepEqual(await call.gather(upTo(2)), { kind: 'complete', digits: '45' });
    await call.hangup();
  },

  'the same digit counts as often as it is pressed': async (world) => {
    const { call } = await world.ring({ steps: [hear('enter-reference'), press('0000')] });
    await call.answer();
    assert.deepEqual(await call.gather(rule), { kind: 'complete', digits: '0000' });
    await call.hangup();
  },

  'no digit in time is silence': async (world) => {
    const { call } = await world.ring({ steps: [] });
    await call.answer();
    assert.deepEqual(await call.gather({ ...rule, items: [], firstDigitMs: 300 }), {
      kind: 'silence',
      digits: '',
    });
    await call.hangup();
  },

  'too few digits in time are silence, with the digits so far': async (world) => {
    const { call } = await world.ring({ steps: [hear('enter-reference'), press('12')] });
    await call.answer();
    assert.deepEqual(await call.gather({ ...rule, nextDigitMs: 500 }), { kind: 'silence', digits: '12' });
    await call.hangup();
  },

  'a hang-up while digits are awaited is the result': async (world) => {
    const { call } = await world.ring({ steps: [hear('enter-reference'), press('12'), hangup()] });
    await call.answer();
    assert.deepEqual(await call.gather(rule), { kind: 'gone' });
  },

  'an abort ends the waiting for digits': async (world) => {
    const stop = new AbortController();
    const { call } = await world.ring({
      steps: [hear('enter-reference'), press('12'), meanwhile(() => stop.abort())],
    });
    await call.answer();
    assert.deepEqual(await call.gather({ ...rule, signal: stop.signal }), { kind: 'aborted' });
    await call.hangup();
  },
};
