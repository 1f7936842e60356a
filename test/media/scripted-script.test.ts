import assert from 'node:assert/strict';
import { isFault } from '../../app/core/errors.ts';
import { Fault } from '../../app/core/errors.ts';
import { openScriptedMedia } from '../../app/media/scripted/open.ts';
import { gap, hangup, hear, meanwhile, press, silence, speak } from '../../app/media/scripted/steps.ts';
import type { Call, GatherRule, RecordRule } from '../../app/ports/media.ts';
import { endOf } from './cases/prompts.ts';
import { shippedSpeech } from '../speech/shipped.ts';

const language = 'en';
const digits: GatherRule = {
  language,
  items: [],
  judge: (d) => (d.length === 3 ? 'complete' : undefined),
  firstDigitMs: 5000,
  nextDigitMs: 3000,
};
const rule: RecordRule = { tag: 'one', maxSeconds: 60, maxSilenceSeconds: 5, terminators: '#', beep: true };

async function first(calls: AsyncIterable<Call>): Promise<Call> {
  for await (const call of calls) return call;
  throw new Error('no call');
}

describe('a scripted caller', () => {
  it('hands over calls that rang before anybody asked, in order, and stops when told to', async () => {
    const media = openScriptedMedia();
    const rung = [media.ring({ steps: [] }), media.ring({ steps: [] })];
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const call of media.calls(stop.signal)) {
      seen.push(call.id);
      if (seen.length === 2) stop.abort();
    }
    assert.deepEqual(
      seen,
      rung.map((caller) => caller.call.id),
    );
    await media[Symbol.asyncDispose]();
  });

  it('keeps virtual time: an hour of silence takes none', async () => {
    const media = openScriptedMedia();
    const { call } = media.ring({ steps: [silence(4000), press('1'), silence(2000), press('23')] });
    const before = performance.now();
    assert.deepEqual(await call.gather(digits), { kind: 'complete', digits: '123' });
    const late = media.ring({ steps: [silence(3_600_000), press('1')] });
    assert.deepEqual(await late.call.gather(digits), { kind: 'silence', digits: '' });
    assert.ok(performance.now() - before < 10_000);
    await media[Symbol.asyncDispose]();
  });

  it('goes on in the middle of a silence that was too long', async () => {
    const media = openScriptedMedia();
    const { call } = media.ring({ steps: [silence(6000), press('123')] });
    assert.deepEqual(await call.gather(digits), { kind: 'silence', digits: '' });
    assert.deepEqual(await call.gather(digits), { kind: 'complete', digits: '123' });
    await media[Symbol.asyncDispose]();
  });

  it('is recorded without gaps, with silence, and cut where the limit is', async () => {
    const media = openScriptedMedia();
    const { call } = media.ring({
      steps: [hear('beep'), speak(1000), gap(2000), silence(500), speak(1000), press('9#')],
    });
    const result = await call.record(rule);
    assert.equal(result.kind, 'key');
    assert.equal(result.take?.durationMs, 2500);
    assert.deepEqual(media.takes, ['one']);
    await result.take?.discard();
    assert.deepEqual(media.takes, []);
    await assert.rejects(
      async () => result.take?.bytes(),
      (error) => isFault(error, 'not-found'),
    );
    const long = media.ring({ steps: [speak(5000), hangup()] });
    const limited = await long.call.record({ ...rule, tag: 'two', maxSeconds: 3 });
    assert.deepEqual([limited.kind, limited.take?.durationMs], ['limit', 3000]);
    await media[Symbol.asyncDispose]();
  });

  it('refuses a tag that is taken or could be a path', async () => {
    const media = openScriptedMedia();
    media.stray({ tag: 'one', bytes: new Uint8Array(8) });
    const { call } = media.ring({ steps: [] });
    await assert.rejects(call.record(rule), (error) => isFault(error, 'media-failed'));
    await assert.rejects(call.record({ ...rule, tag: '../x' }), (error) => isFault(error, 'media-failed'));
    await media[Symbol.asyncDispose]();
  });

  it('may be told more while the call goes on', async () => {
    const media = openScriptedMedia();
    const caller = media.ring({ steps: [] });
    assert.deepEqual(await caller.call.gather(digits), { kind: 'silence', digits: '' });
    caller.does(press('123'));
    assert.deepEqual(await caller.call.gather(digits), { kind: 'complete', digits: '123' });
    caller.does(hangup());
    assert.deepEqual(await caller.ended, { by: 'them', cause: 16 });
    assert.deepEqual(caller.remaining, []);
    await media[Symbol.asyncDispose]();
  });

  it('does not hang when what it waits for fails', async () => {
    const media = openScriptedMedia();
    const { call } = media.ring({ steps: [meanwhile(() => Promise.reject(new Error('no'))), press('123')] });
    assert.deepEqual(await call.gather(digits), { kind: 'complete', digits: '123' });
    await media[Symbol.asyncDispose]();
  });

  it('leaning on a key fills no memory', async () => {
    const media = openScriptedMedia();
    const { call } = media.ring({ steps: [press('1'.repeat(5000))] });
    const result = await call.gather({ ...digits, judge: () => undefined });
    assert.deepEqual(result, { kind: 'invalid', digits: '1'.repeat(64) });
    await media[Symbol.asyncDispose]();
  });

  it('tells what was played, sent, set and dialled', async () => {
    const media = openScriptedMedia({
      speech: shippedSpeech,
      onText: (text) => {
        if (text.to === 'away') throw new Fault('gateway-unavailable', 'away', { temporary: true });
      },
      onDial: ({ number }) => (number === '1' ? { kind: 'busy' } : { kind: 'answered', steps: [hangup()] }),
    });
    const caller = media.ring({ steps: [hear('digit-2'), press('1')] });
    const items = [{ kind: 'prompt', name: 'goodbye' } as const, { kind: 'digits', digits: '12' } as const];
    assert.deepEqual(endOf(await caller.call.play([...items, ...items], { language, until: '1' })), {
      kind: 'key',
      key: '1',
    });
    assert.deepEqual(caller.heard, items);
    assert.deepEqual(caller.prompts, ['goodbye']);
    const text = { id: '1', from: 'a', to: 'b', body: 'c' };
    await media.sendText(text);
    await assert.rejects(media.sendText({ ...text, to: 'away' }), (error) =>
      isFault(error, 'gateway-unavailable'),
    );
    assert.deepEqual(media.sent, [text]);
    await media.setLamp({ mailbox: 'm', classes: { 'voice-message': { new: 1, old: 0, urgent: 0 } } });
    assert.deepEqual(media.lamps.get('m'), {
      mailbox: 'm',
      classes: { 'voice-message': { new: 1, old: 0, urgent: 0 } },
    });
    const options = { callerNumber: '2', ringSeconds: 5 };
    assert.deepEqual(await media.dial({ number: '1' }, options), { kind: 'busy' });
    const answered = await media.dial({ number: '3' }, options);
    assert.ok(answered.kind === 'answered');
    assert.deepEqual(endOf(await answered.call.play(items, { language })), { kind: 'gone' });
    assert.deepEqual(
      media.dialled.map(({ to }) => to.number),
      ['1', '3'],
    );
    await media[Symbol.asyncDispose]();
  });

  it('is gone with the switch, and so is everybody who rings later', async () => {
    const media = openScriptedMedia();
    const caller = media.ring({ steps: [] });
    const call = await first(media.calls(new AbortController().signal));
    await media[Symbol.asyncDispose]();
    assert.deepEqual(await caller.ended, { by: 'switch', cause: undefined });
    assert.deepEqual(await call.gather(digits), { kind: 'gone' });
    assert.equal((await media.ring({ steps: [] }).ended).by, 'switch');
    assert.equal(media.healthy, false);
  });
});
