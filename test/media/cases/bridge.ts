import assert from 'node:assert/strict';
import type { Call } from '../../../app/ports/media.ts';
import { hangup, hear, meanwhile, type Step } from '../../../app/media/scripted/steps.ts';
import type { MediaCaseList } from '../cases.ts';
import type { MediaCasesWorld } from '../world.ts';
import { openGate } from './events.ts';
import { endOf, language, prompt } from './prompts.ts';

async function callOut(world: MediaCasesWorld, steps: readonly Step[]): Promise<Call> {
  world.onDial('+12025550121', { answers: steps });
  const result = await world.media.dial(
    { number: '+12025550121' },
    { callerNumber: '+12025550123', ringSeconds: 10 },
  );
  assert.ok(result.kind === 'answered');
  return result.call;
}

export const bridgeCases: MediaCaseList = {
  'when the other hangs up, the caller stays and can be played to': async (world) => {
    const connected = openGate();
    const { call, caller } = await world.ring({ steps: [hear('calling-sender'), hear('goodbye')] });
    await call.answer();
    await call.play([prompt('calling-sender')], { language });
    const other = await callOut(world, [meanwhile(() => connected.opened), hangup()]);
    const talk = call.bridge(other);
    connected.open();
    assert.equal(await talk, 'other-gone');
    assert.ok(other.gone.aborted && !call.gone.aborted);
    assert.deepEqual(endOf(await call.play([prompt('goodbye')], { language })), { kind: 'done' });
    await caller.done;
    await call.hangup();
  },

  'when the caller hangs up, the other can be hung up by us': async (world) => {
    const connected = openGate();
    const { call } = await world.ring({ steps: [meanwhile(() => connected.opened), hangup()] });
    await call.answer();
    const other = await callOut(world, []);
    const talk = call.bridge(other);
    connected.open();
    assert.equal(await talk, 'gone');
    assert.ok(!other.gone.aborted);
    await other.hangup();
    assert.equal(await world.answered.at(-1)?.ending, 'hung-up');
  },

  'our own hang-up of either ends it': async (world) => {
    const { call, caller } = await world.ring({ steps: [] });
    await call.answer();
    const other = await callOut(world, []);
    const talk = call.bridge(other);
    await other.hangup();
    assert.equal(await talk, 'other-gone');
    await call.hangup();
    assert.equal(await caller.ending, 'hung-up');
  },
};
