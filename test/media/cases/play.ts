import assert from 'node:assert/strict';
import type { PlayItem } from '../../../app/core/prompt/play-item.ts';
import { clips } from '../../../app/core/prompt/say.ts';
import { hangup, hear, meanwhile, press } from '../../../app/media/scripted/steps.ts';
import type { MediaCaseList } from '../cases.ts';
import { language, prompt } from './prompts.ts';

const at = new Date('2026-03-02T09:05:00Z');
const spoken: readonly Extract<PlayItem, { kind: 'digits' | 'number' | 'time' }>[] = [
  { kind: 'digits', digits: '205' },
  { kind: 'number', value: 342 },
  { kind: 'time', at, now: at, timeZone: 'UTC' },
];

export const playCases: MediaCaseList = {
  'several items are played to the end, in order': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('message-saved'), hear('goodbye')] });
    await call.answer();
    const items = [prompt('message-saved'), { kind: 'silence', ms: 40 } as const, prompt('goodbye')];
    assert.deepEqual(await call.play(items, { language }), { kind: 'done' });
    await caller.done;
    assert.ok(await caller.heard('message-saved', 'goodbye'));
    await call.hangup();
  },

  'stored sound is played': async (world) => {
    const media = world.stored('message-one');
    const { call, caller } = await world.ring({ steps: [hear('message-one')] });
    await call.answer();
    assert.deepEqual(await call.play([{ kind: 'stored', media }], { language }), { kind: 'done' });
    await caller.done;
    await call.hangup();
  },

  'digits, numbers and times are said': async (world) => {
    const names = spoken.flatMap((item) => clips(item, language));
    const { call, caller } = await world.ring({ steps: names.map(hear) });
    await call.answer();
    assert.deepEqual(await call.play(spoken, { language }), { kind: 'done' });
    assert.ok(await caller.heard(...names));
    await call.hangup();
  },

  'digits, numbers and times can be stopped': async (world) => {
    for (const item of spoken) {
      const first = clips(item, language)[0] ?? '';
      const { call, caller } = await world.ring({ steps: [hear(first), press('1')] });
      await call.answer();
      assert.deepEqual(await call.play([item, item, prompt('goodbye')], { language, until: 'any' }), {
        kind: 'key',
        key: '1',
      });
      assert.ok(!(await caller.heard('goodbye')));
      await call.hangup();
    }
  },

  'a key stops the playing and is the result': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('greeting-default'), press('2')] });
    await call.answer();
    const result = await call.play([prompt('greeting-default'), prompt('goodbye')], {
      language,
      until: '12',
    });
    assert.deepEqual(result, { kind: 'key', key: '2' });
    assert.ok(!(await caller.heard('goodbye')));
    await call.hangup();
  },

  'a key that was pressed before counts at once': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('greeting-default'), press('#')] });
    await call.answer();
    assert.deepEqual(await call.play([prompt('greeting-default')], { language }), { kind: 'done' });
    await caller.done;
    assert.deepEqual(await call.play([prompt('enter-reference')], { language, until: 'any' }), {
      kind: 'key',
      key: '#',
    });
    assert.ok(!(await caller.heard('enter-reference')));
    await call.hangup();
  },

  'other keys do not stop it and are kept for later': async (world) => {
    const { call } = await world.ring({ steps: [hear('greeting-default'), press('5')] });
    await call.answer();
    assert.deepEqual(await call.play([prompt('greeting-default')], { language, until: '1' }), {
      kind: 'done',
    });
    assert.deepEqual(await call.play([prompt('goodbye')], { language, until: '5' }), {
      kind: 'key',
      key: '5',
    });
    await call.hangup();
  },

  'a hang-up while playing is the result': async (world) => {
    const { call } = await world.ring({ steps: [hear('greeting-default'), hangup()] });
    await call.answer();
    const result = await call.play([prompt('greeting-default'), prompt('goodbye')], {
      language,
      until: 'any',
    });
    assert.deepEqual(result, { kind: 'gone' });
    assert.ok(call.gone.aborted);
  },

  'our own hang-up ends the playing': async (world) => {
    let end = async (): Promise<void> => undefined;
    const { call } = await world.ring({ steps: [hear('greeting-default'), meanwhile(() => end())] });
    end = () => call.hangup();
    await call.answer();
    assert.deepEqual(await call.play([prompt('greeting-default')], { language }), { kind: 'gone' });
  },

  'an abort stops the playing, and the call goes on': async (world) => {
    const stop = new AbortController();
    const { call, caller } = await world.ring({
      steps: [hear('greeting-default'), meanwhile(() => stop.abort()), hear('goodbye')],
    });
    await call.answer();
    const items = [prompt('greeting-default'), prompt('message-saved')];
    assert.deepEqual(await call.play(items, { language, signal: stop.signal }), { kind: 'aborted' });
    assert.deepEqual(await call.play([prompt('goodbye')], { language, signal: stop.signal }), {
      kind: 'aborted',
    });
    assert.deepEqual(await call.play([prompt('goodbye')], { language }), { kind: 'done' });
    await caller.done;
    assert.ok(!(await caller.heard('message-saved')));
    await call.hangup();
  },
};
