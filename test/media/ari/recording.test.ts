import assert from 'node:assert/strict';
import { quiet, tone } from '../../../scripts/audio/tone.ts';
import { correlate } from '../../../scripts/audio/correlate.ts';
import { openAriMedia } from '../../../app/media/ari/open.ts';
import { goneOf, nextCall, openLab, ruleFor } from './lab.ts';
import type { Lab } from './lab.ts';

const speech = (ms: number) =>
  Buffer.concat(Array.from({ length: Math.ceil(ms / 100) }, (_, i) => tone(300 + 37 * (i % 23), 100)));

describe('recording with Asterisk', function () {
  this.timeout(60_000);
  let lab: Lab;
  before(async () => (lab = await openLab()));
  after(async () => lab?.[Symbol.asyncDispose]());

  it('keeps what the caller said in the codec of the call, until the caller hangs up', async () => {
    await using media = await lab.media();
    const phone = await lab.phone.call('+12025550100');
    const call = await nextCall(media);
    await call.answer();
    await phone.up();
    const said = speech(2000);
    const recorded = call.record(ruleFor(call));
    await phone.hearsTone(1000);
    await phone.say(said);
    await phone.hangup();
    const result = await recorded;
    assert.equal(result.kind, 'gone');
    assert.ok(result.take !== undefined);
    assert.equal(result.take.contentType, 'audio/PCMU');
    const bytes = await result.take.bytes();
    assert.equal(result.take.durationMs, Math.round(bytes.length / 8));
    assert.ok(correlate(bytes, said).score > 0.8);
    await result.take.discard();
    await result.take.discard();
    assert.deepEqual(await lab.recordings(), []);
    await goneOf(call);
    assert.equal(call.hangupCause, 16);
  });

  it('a caller who hangs up before the recording began leaves no message', async () => {
    await using media = await lab.media();
    const phone = await lab.phone.call('+12025550100');
    const call = await nextCall(media);
    await call.answer();
    await phone.up();
    const recorded = call.record(ruleFor(call));
    await phone.soundAfter(0);
    await phone.hangup();
    const result = await recorded;
    assert.deepEqual(result, { kind: 'gone', take: undefined });
    assert.deepEqual(await lab.recordings(), []);
  });

  it('goes on over four seconds without RTP in mid-speech, and keeps both halves', async () => {
    await using media = await lab.media();
    const phone = await lab.phone.call('+12025550100');
    const call = await nextCall(media);
    await call.answer();
    await phone.up();
    const recorded = call.record(ruleFor(call));
    await phone.hearsTone(1000);
    const [first, second] = [speech(1500), tone(440, 1500)];
    await phone.say(first);
    phone.stopSending();
    await new Promise((resolve) => setTimeout(resolve, 5500));
    phone.resumeSending();
    await phone.say(second);
    await phone.press('#');
    const result = await recorded;
    assert.equal(result.kind, 'key');
    const bytes = (await result.take?.bytes()) ?? new Uint8Array();
    assert.ok(correlate(bytes, first).score > 0.7, 'first half');
    assert.ok(correlate(bytes, second).score > 0.7, 'second half');
    await result.take?.discard();
    await call.hangup();
    await phone.ended();
  });

  it('ends by silence, and by silence of a phone that sends nothing', async () => {
    await using media = await lab.media();
    for (const sends of [true, false]) {
      const phone = await lab.phone.call('+12025550100');
      const call = await nextCall(media);
      await call.answer();
      await phone.up();
      const recorded = call.record(ruleFor(call, { maxSilenceSeconds: 5 }));
      await phone.hearsTone(1000);
      await phone.say(speech(1000));
      if (!sends) phone.stopSending();
      const from = performance.now();
      const result = await recorded;
      const took = performance.now() - from;
      assert.equal(result.kind, 'silence', `sends ${sends}`);
      assert.ok(took > 3500 && took < 20_000, `sends ${sends}: took ${took}`);
      assert.ok((result.take?.durationMs ?? 0) > 600);
      await result.take?.discard();
      await call.hangup();
      await phone.ended();
    }
  });

  it('ends at the limit, and by any of several keys', async () => {
    await using media = await lab.media();
    const phone = await lab.phone.call('+12025550100');
    const call = await nextCall(media);
    await call.answer();
    await phone.up();
    const limited = call.record(ruleFor(call, { maxSeconds: 2 }));
    await phone.hearsTone(1000);
    void phone.say(speech(6000));
    const limit = await limited;
    assert.equal(limit.kind, 'limit');
    assert.ok((limit.take?.durationMs ?? 0) > 1500 && (limit.take?.durationMs ?? 0) < 3500);
    const keyed = call.record(ruleFor(call, { terminators: '12', beep: false }));
    await phone.sayNothing(500);
    await phone.press('3');
    await phone.press('2');
    const key = await keyed;
    assert.ok(key.kind === 'key' && key.key === '2');
    await limit.take?.discard();
    await key.take?.discard();
    await phone.hangup();
    await goneOf(call);
  });

  it('goes on with what was recorded, no longer than the whole may be', async () => {
    await using media = await lab.media();
    const phone = await lab.phone.call('+12025550100');
    const call = await nextCall(media);
    await call.answer();
    await phone.up();
    const rule = ruleFor(call, { maxSeconds: 4 });
    const first = call.record(rule);
    await phone.hearsTone(1000);
    await phone.say(speech(2500));
    await phone.press('#');
    const before = (await first).take?.durationMs ?? 0;
    assert.ok(before > 2000 && before < 4000, String(before));
    const more = call.record({ ...rule, append: true });
    void phone.say(speech(6000));
    const whole = await more;
    const ms = whole.take?.durationMs ?? 0;
    assert.equal(whole.kind, 'limit');
    // Two seconds were left, and the switch counts whole ones.
    assert.ok(ms > before + 500 && ms < before + 3500, `${before} ${ms}`);
    await whole.take?.discard();
    await phone.hangup();
    await goneOf(call);
  });

  it('a key pressed early in a long tone ends the recording with it, and the call goes on', async () => {
    const longer = (name: string) => (name === 'beep' ? 'greeting-default' : name);
    const { prompts, log, settings } = lab;
    await using media = await openAriMedia(settings, {
      log,
      clock: { now: () => new Date() },
      language: 'en',
      prompts: {
        clip: (language, name) => prompts.clip(language, longer(name)),
        durationMs: (language, name) => prompts.durationMs(language, longer(name)),
        speech: (language) => prompts.speech(language),
      },
    });
    const toneMs = prompts.durationMs('en', longer('beep'));
    for (const terminators of ['#', '#*']) {
      await using phone = await lab.phone.call('+12025550100');
      const call = await nextCall(media);
      await call.answer();
      await phone.up();
      const recorded = call.record(ruleFor(call, { terminators }));
      await phone.press('#', { onMs: 60 });
      const from = performance.now();
      const result = await recorded;
      const took = performance.now() - from;
      assert.ok(result.kind === 'key' && result.key === '#');
      // Sooner than the 4 s after which a recording without sound ends by itself.
      assert.ok(took < toneMs + 3500, `${took} ms after a tone of ${toneMs} ms`);
      assert.ok((result.take?.durationMs ?? 0) < 1000);
      await result.take?.discard();
      const again = call.record(ruleFor(call, { terminators, beep: false }));
      await phone.say(speech(700));
      await phone.press('#');
      const second = await again;
      assert.ok(second.kind === 'key' && (second.take?.durationMs ?? 0) > 300);
      await second.take?.discard();
      assert.deepEqual(await lab.recordings(), []);
      await call.hangup();
      await phone.ended();
    }
  });

  it('without a shared disk, recordings come over ARI', async () => {
    await using media = await lab.media({ spool: undefined });
    const phone = await lab.phone.call('+12025550100');
    const call = await nextCall(media);
    await call.answer();
    await phone.up();
    const recorded = call.record(ruleFor(call));
    await phone.hearsTone(1000);
    const said = speech(1500);
    await phone.say(Buffer.concat([said, quiet(300)]));
    await phone.press('#');
    const result = await recorded;
    assert.equal(result.kind, 'key');
    assert.ok(correlate((await result.take?.bytes()) ?? new Uint8Array(), said).score > 0.8);
    await result.take?.discard();
    await result.take?.discard();
    assert.deepEqual(await lab.recordings(), []);
    await call.hangup();
    await phone.ended();
  });
});
