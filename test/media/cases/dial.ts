import assert from 'node:assert/strict';
import { hear } from '../../../app/media/scripted/steps.ts';
import type { MediaCaseList } from '../cases.ts';
import { endOf, language, prompt } from './prompts.ts';

const options = { callerNumber: '+12025550199', ringSeconds: 10 };

export const dialCases: MediaCaseList = {
  'who answers can be played to': async (world) => {
    world.onDial('+12025550111', { answers: [hear('delivery-intro')] });
    const result = await world.media.dial({ number: '+12025550111' }, options);
    assert.equal(result.kind, 'answered');
    assert.ok(result.kind === 'answered');
    const { call } = result;
    assert.deepEqual(call.entry, { kind: 'outgoing' });
    assert.equal(call.facts.requestUser, '+12025550111');
    assert.ok(call.answered !== undefined);
    assert.deepEqual(endOf(await call.play([prompt('delivery-intro')], { language })), { kind: 'done' });
    await world.answered.at(-1)?.done;
    await call.hangup();
    assert.equal(await world.answered.at(-1)?.ending, 'hung-up');
  },

  'a busy, refusing or unknown number is told apart': async (world) => {
    for (const kind of ['busy', 'refused', 'unallocated'] as const) {
      world.onDial('+12025550112', kind);
      assert.equal((await world.media.dial({ number: '+12025550112' }, options)).kind, kind);
    }
  },

  'who does not answer in time is not called any longer': async (world) => {
    world.onDial('+12025550113', 'no-answer');
    const result = await world.media.dial({ number: '+12025550113' }, { ...options, ringSeconds: 1 });
    assert.equal(result.kind, 'no-answer');
  },

  'an abort ends the ringing': async (world) => {
    world.onDial('+12025550114', 'no-answer');
    const result = await world.media.dial(
      { number: '+12025550114' },
      { ...options, signal: AbortSignal.timeout(200) },
    );
    assert.equal(result.kind, 'no-answer');
  },
};
