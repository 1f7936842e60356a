import assert from 'node:assert/strict';
import type { PlayItem } from '../../../app/core/prompt/play-item.ts';
import { clips, type SayItem } from '../../../app/core/prompt/say.ts';
import { hangup, hear, meanwhile, press } from '../../../app/media/scripted/steps.ts';
import type { MediaCaseList } from '../cases.ts';
import type { MediaCasesWorld } from '../world.ts';
import { endOf, language, prompt } from './prompts.ts';
import { shippedSpeech } from '../../speech/shipped.ts';

const at = new Date('2026-03-02T09:05:00Z');
const spoken: readonly SayItem[] = [
  { kind: 'digits', digits: '205' },
  { kind: 'number', value: 342 },
  { kind: 'count', value: 68, noun: 'new-message' },
  { kind: 'duration', ms: 667_000 },
  { kind: 'time', at, now: at, timeZone: 'UTC' },
];

/** Two short messages around one of some seconds, and a prompt after them. */
function storedItems(world: MediaCasesWorld) {
  const media = ['message-one', 'message-long', 'message-two'].map((id) => world.stored(id));
  const [one = 0, longMs = 0, two = 0] = media.map(({ bytes }) => bytes.length / 8);
  const items = media.map((sound): PlayItem => ({ kind: 'stored', media: sound }));
  const wholeMs = one + longMs + two;
  return { items: [...items, prompt('goodbye')], longAtMs: one, longMs, wholeMs };
}

function assertNear(ms: number, expected: number, toleranceMs: number): void {
  // A busy machine acts late, never early.
  const late = ms - expected;
  assert.ok(late >= -toleranceMs && late <= 3 * toleranceMs, `${ms} ms where ${expected} ms were awaited`);
}

export const playCases: MediaCaseList = {
  'several items are played to the end, in order': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('message-saved'), hear('goodbye')] });
    await call.answer();
    const items = [prompt('message-saved'), { kind: 'silence', ms: 40 } as const, prompt('goodbye')];
    assert.deepEqual(endOf(await call.play(items, { language })), { kind: 'done' });
    await caller.done;
    assert.ok(await caller.heard('message-saved', 'goodbye'));
    await call.hangup();
  },

  'stored sound is played': async (world) => {
    const media = world.stored('message-one');
    const { call, caller } = await world.ring({ steps: [hear('message-one')] });
    await call.answer();
    assert.deepEqual(endOf(await call.play([{ kind: 'stored', media }], { language })), { kind: 'done' });
    await caller.done;
    await call.hangup();
  },

  'digits, numbers, counts, durations and times are said': async (world) => {
    const names = spoken.flatMap((item) => clips(item, shippedSpeech(language)));
    const { call, caller } = await world.ring({ steps: names.map(hear) });
    await call.answer();
    assert.deepEqual(endOf(await call.play(spoken, { language })), { kind: 'done' });
    assert.ok(await caller.heard(...names));
    await call.hangup();
  },

  'digits, numbers, counts, durations and times can be stopped': async (world) => {
    for (const item of spoken) {
      const first = clips(item, shippedSpeech(language))[0] ?? '';
      const { call, caller } = await world.ring({ steps: [hear(first), press('1')] });
      await call.answer();
      assert.deepEqual(endOf(await call.play([item, item, prompt('goodbye')], { language, until: 'any' })), {
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
    assert.deepEqual(endOf(result), { kind: 'key', key: '2' });
    assert.ok(!(await caller.heard('goodbye')));
    await call.hangup();
  },

  'a key that was pressed before counts at once': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('greeting-default'), press('#')] });
    await call.answer();
    assert.deepEqual(endOf(await call.play([prompt('greeting-default')], { language })), { kind: 'done' });
    await caller.done;
    assert.deepEqual(endOf(await call.play([prompt('enter-reference')], { language, until: 'any' })), {
      kind: 'key',
      key: '#',
    });
    assert.ok(!(await caller.heard('enter-reference')));
    await call.hangup();
  },

  'other keys do not stop it and are kept for later': async (world) => {
    const { call } = await world.ring({ steps: [hear('greeting-default'), press('5')] });
    await call.answer();
    assert.deepEqual(endOf(await call.play([prompt('greeting-default')], { language, until: '1' })), {
      kind: 'done',
    });
    assert.deepEqual(endOf(await call.play([prompt('goodbye')], { language, until: '5' })), {
      kind: 'key',
      key: '5',
    });
    await call.hangup();
  },

  'a key that is to be kept stops it and is the next thing that is gathered': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('greeting-default'), press('7')] });
    await call.answer();
    const items = [prompt('greeting-default'), prompt('goodbye')];
    assert.deepEqual(endOf(await call.play(items, { language, keepKey: true })), { kind: 'key', key: '' });
    assert.ok(!(await caller.heard('goodbye')));
    assert.deepEqual(endOf(await call.play(items, { language, keepKey: true })), { kind: 'key', key: '' });
    const judge = () => 'complete' as const;
    const rule = { language, items, judge, firstDigitMs: 1000, nextDigitMs: 1000 };
    assert.deepEqual(await call.gather(rule), { kind: 'complete', digits: '7' });
    assert.deepEqual(await call.play([], { language, keepKey: true }), { kind: 'done', playedMs: 0 });
    await call.hangup();
  },

  'a key in the middle tells how much was played': async (world) => {
    const sounds = storedItems(world);
    const { call } = await world.ring({ steps: [hear('message-long', 1000), press('5')] });
    await call.answer();
    const result = await call.play(sounds.items, { language, until: 'any' });
    assert.deepEqual(endOf(result), { kind: 'key', key: '5' });
    assertNear(result.playedMs, sounds.longAtMs + 1000, world.toleranceMs);
    await call.hangup();
  },

  'playing on from there plays the rest and no more': async (world) => {
    const sounds = storedItems(world);
    const steps = [hear('message-long', 1500), press('5'), hear('message-long', 2000), hear('message-two')];
    const { call, caller } = await world.ring({ steps });
    await call.answer();
    const stopped = await call.play(sounds.items.slice(0, 3), { language, until: 'any' });
    assert.equal(stopped.kind, 'key');
    const rest = await call.play(sounds.items.slice(0, 3), { language, fromMs: stopped.playedMs });
    assert.deepEqual(endOf(rest), { kind: 'done' });
    assertNear(rest.playedMs, sounds.wholeMs, 1);
    await caller.done;
    assert.ok(!(await caller.heard('message-long', 'message-one')));
    await call.hangup();
  },

  'a key after a part was skipped tells the place in the whole': async (world) => {
    const sounds = storedItems(world);
    const { call, caller } = await world.ring({ steps: [hear('message-long', 2000), press('1')] });
    await call.answer();
    const fromMs = sounds.longAtMs + 1000;
    const result = await call.play(sounds.items, { language, until: '1', fromMs });
    assert.deepEqual(endOf(result), { kind: 'key', key: '1' });
    assertNear(result.playedMs, sounds.longAtMs + 2000, world.toleranceMs);
    assert.ok(!(await caller.heard('message-one')));
    await call.hangup();
  },

  'what is wholly skipped is not played, and the whole counts as played': async (world) => {
    const sounds = storedItems(world);
    const { call, caller } = await world.ring({ steps: [hear('goodbye')] });
    await call.answer();
    for (const fromMs of [sounds.wholeMs, sounds.wholeMs + 60_000, Infinity]) {
      const result = await call.play(sounds.items.slice(0, 3), { language, until: 'any', fromMs });
      assert.deepEqual(endOf(result), { kind: 'done' });
      assertNear(result.playedMs, sounds.wholeMs, 1);
    }
    await call.play(sounds.items, { language, fromMs: sounds.wholeMs });
    await caller.done;
    assert.ok(!(await caller.heard('message-one')) && !(await caller.heard('message-two')));
    await call.hangup();
  },

  'a place before the beginning, or none, is the beginning': async (world) => {
    const { items } = storedItems(world);
    for (const fromMs of [-5000, NaN, 0]) {
      const { call, caller } = await world.ring({ steps: [hear('message-one')] });
      await call.answer();
      assert.equal((await call.play(items.slice(0, 1), { language, fromMs })).kind, 'done');
      await caller.done;
      await call.hangup();
    }
  },

  'a pause is skipped as sound is': async (world) => {
    const { call } = await world.ring({ steps: [] });
    await call.answer();
    const pause = { kind: 'silence', ms: 60_000 } as const;
    const result = await call.play([pause, prompt('goodbye')], { language, fromMs: 59_900 });
    assert.equal(result.kind, 'done');
    assert.ok(result.playedMs > 60_000);
    await call.hangup();
  },

  'a hang-up and an abort tell how much was played too': async (world) => {
    const sounds = storedItems(world);
    const stop = new AbortController();
    const steps = [hear('message-long', 1000), meanwhile(() => stop.abort()), hear('message-two'), hangup()];
    const { call } = await world.ring({ steps });
    await call.answer();
    const aborted = await call.play(sounds.items, { language, signal: stop.signal });
    assert.equal(aborted.kind, 'aborted');
    assertNear(aborted.playedMs, sounds.longAtMs + 1000, world.toleranceMs);
    const gone = await call.play(sounds.items, { language, fromMs: aborted.playedMs });
    assert.equal(gone.kind, 'gone');
    const two = sounds.longAtMs + sounds.longMs;
    assert.ok(gone.playedMs >= two && gone.playedMs <= sounds.wholeMs, `gone at ${gone.playedMs} ms`);
  },

  'a hang-up while playing is the result': async (world) => {
    const { call } = await world.ring({ steps: [hear('greeting-default'), hangup()] });
    await call.answer();
    const result = await call.play([prompt('greeting-default'), prompt('goodbye')], {
      language,
      until: 'any',
    });
    assert.deepEqual(endOf(result), { kind: 'gone' });
    assert.ok(call.gone.aborted);
  },

  'our own hang-up ends the playing': async (world) => {
    let end = async (): Promise<void> => undefined;
    const { call } = await world.ring({ steps: [hear('greeting-default'), meanwhile(() => end())] });
    end = () => call.hangup();
    await call.answer();
    assert.deepEqual(endOf(await call.play([prompt('greeting-default')], { language })), { kind: 'gone' });
  },

  'an abort stops the playing, and the call goes on': async (world) => {
    const stop = new AbortController();
    const { call, caller } = await world.ring({
      steps: [hear('greeting-default'), meanwhile(() => stop.abort()), hear('goodbye')],
    });
    await call.answer();
    const items = [prompt('greeting-default'), prompt('message-saved')];
    assert.deepEqual(endOf(await call.play(items, { language, signal: stop.signal })), { kind: 'aborted' });
    assert.deepEqual(endOf(await call.play([prompt('goodbye')], { language, signal: stop.signal })), {
      kind: 'aborted',
    });
    assert.deepEqual(endOf(await call.play([prompt('goodbye')], { language })), { kind: 'done' });
    await caller.done;
    assert.ok(!(await caller.heard('message-saved')));
    await call.hangup();
  },
};
