import assert from 'node:assert/strict';
import { hangup, hear, meanwhile, speak } from '../../../app/media/scripted/steps.ts';
import { babble } from '../../audio/babble.ts';
import { correlate } from '../../../scripts/audio/correlate.ts';
import type { MediaCaseList } from '../cases.ts';
import { aborted, openGate } from './events.ts';
import { endOf, language, prompt } from './prompts.ts';
import { ruleFor } from './record.ts';

export const lifeCases: MediaCaseList = {
  'a call that is up when the adapter starts is taken up': async (world) => {
    const [heard, resumed] = [openGate(), openGate()];
    const hold = (): Promise<void> => (heard.open(), resumed.opened);
    const steps = [hear('enter-reference'), meanwhile(hold), hear('interrupted')];
    const { call, caller } = await world.ring({ to: '+12025550123', steps });
    await call.answer();
    const playing = call.play([prompt('enter-reference')], { language });
    await heard.opened;
    const again = await world.restart();
    assert.deepEqual(endOf(await playing), { kind: 'gone' });
    resumed.open();
    assert.ok(call.gone.aborted);
    assert.equal(again.id, call.id);
    assert.deepEqual(again.entry, { kind: 'resumed' });
    assert.equal(again.facts.requestUser, '+12025550123');
    assert.ok(again.answered !== undefined);
    assert.deepEqual(endOf(await again.play([prompt('interrupted')], { language })), { kind: 'done' });
    await caller.done;
    await again.hangup();
    assert.equal(await caller.ending, 'hung-up');
  },

  'a recording that was running when the adapter starts is gone on with': async (world) => {
    const [one, two] = [babble(1000, 12), babble(1000, 13)];
    const [spoken, resumed] = [openGate(), openGate()];
    const hold = (): Promise<void> => (spoken.open(), resumed.opened);
    const steps = [hear('beep'), speak(one), meanwhile(hold), speak(two), hangup()];
    const { call } = await world.ring({ steps });
    await call.answer();
    const rule = ruleFor(call.id);
    const recording = call.record(rule);
    await spoken.opened;
    const again = await world.restart();
    assert.deepEqual(await recording, { kind: 'gone', take: undefined });
    assert.deepEqual(again.entry, { kind: 'resumed', recording: { tag: rule.tag } });
    const rest = again.resumeRecording(rule);
    resumed.open();
    const { kind, take } = await rest;
    assert.equal(kind, 'gone');
    assert.equal(take?.tag, rule.tag);
    const bytes = (await take?.bytes()) ?? new Uint8Array();
    for (const said of [one, two]) assert.ok(correlate(bytes, said).score > 0.85);
    await take?.discard();
  },

  'after its end every call is gone and nothing new comes': async (world) => {
    const { call } = await world.ring({ steps: [hear('greeting-default'), hear('goodbye')] });
    await call.answer();
    const { media } = world;
    const playing = call.play([prompt('greeting-default')], { language });
    await media[Symbol.asyncDispose]();
    await aborted(call.gone);
    const { kind } = await playing;
    assert.ok(kind === 'gone' || kind === 'done');
    assert.deepEqual(endOf(await call.play([prompt('goodbye')], { language })), { kind: 'gone' });
    assert.deepEqual(await call.record(ruleFor(call.id)), { kind: 'gone', take: undefined });
    assert.equal(media.healthy, false);
    for await (const _ of media.calls(AbortSignal.timeout(5000))) assert.fail('a call came');
    for await (const _ of media.texts(AbortSignal.timeout(5000))) assert.fail('a text came');
    for await (const _ of media.strays(AbortSignal.timeout(5000))) assert.fail('a stray came');
    await world.reopen();
  },
};
