import assert from 'node:assert/strict';
import type { RecordRule, Take } from '../../../app/ports/media.ts';
import { writeTag } from '../../../app/core/message/recording-tag.ts';
import { gap, hangup, hear, meanwhile, press, silence, speak } from '../../../app/media/scripted/steps.ts';
import { babble } from '../../audio/babble.ts';
import { correlate } from '../../../scripts/audio/correlate.ts';
import type { MediaCaseList } from '../cases.ts';
import type { MediaCasesWorld } from '../world.ts';
import { language, prompt } from './prompts.ts';

let tags = 0;

export function ruleFor(callId: string, changes: Partial<RecordRule> = {}): RecordRule {
  const tag = writeTag({
    called: '+12025550123',
    caller: '+12025550100',
    started: new Date(),
    callId,
    n: tags++,
  });
  return { tag, maxSeconds: 30, maxSilenceSeconds: 10, terminators: '#', beep: true, ...changes };
}

/** The take is this sound, and little else. */
export async function assertSaid(
  world: MediaCasesWorld,
  take: Take | undefined,
  said: Uint8Array,
  durationMs = said.length / 8,
): Promise<void> {
  assert.ok(take !== undefined, 'nothing was recorded');
  const bytes = await take.bytes();
  const { score } = correlate(bytes, said);
  assert.ok(score > 0.85, `another sound was recorded: score ${score.toFixed(2)}`);
  assert.equal(take.contentType, 'audio/PCMU');
  const off = take.durationMs - durationMs;
  // What a busy machine does late makes it longer, never shorter.
  assert.ok(
    off >= -world.toleranceMs && off <= 3 * world.toleranceMs,
    `${take.durationMs} ms instead of ${durationMs} ms`,
  );
  assert.ok(Math.abs(take.durationMs - bytes.length / 8) <= 1, 'the duration is that of the bytes');
}

export const recordCases: MediaCaseList = {
  'a hang-up ends the recording, and all that was said is there': async (world) => {
    const said = babble(1200, 1);
    const { call } = await world.ring({ steps: [hear('beep'), speak(said), hangup()] });
    await call.answer();
    const rule = ruleFor(call.id);
    const result = await call.record(rule);
    assert.equal(result.kind, 'gone');
    await assertSaid(world, result.take, said);
    assert.equal(result.take?.tag, rule.tag);
    await result.take?.discard();
    await result.take?.discard();
  },

  'a key ends the recording, and the call goes on': async (world) => {
    const said = babble(1000, 2);
    const { call, caller } = await world.ring({
      steps: [hear('beep'), speak(said), press('#'), hear('message-saved')],
    });
    await call.answer();
    const result = await call.record(ruleFor(call.id));
    assert.ok(result.kind === 'key' && result.key === '#');
    await assertSaid(world, result.take, said);
    await call.play([prompt('message-saved')], { language });
    await caller.done;
    await result.take?.discard();
    await call.hangup();
  },

  'one of several keys ends the recording, others do not': async (world) => {
    const said = babble(600, 3);
    const { call } = await world.ring({ steps: [hear('beep'), press('7'), speak(said), press('*')] });
    await call.answer();
    const result = await call.record(ruleFor(call.id, { terminators: '#*' }));
    assert.ok(result.kind === 'key' && result.key === '*');
    assert.ok(correlate((await result.take?.bytes()) ?? new Uint8Array(), said).score > 0.85);
    await result.take?.discard();
    await call.hangup();
  },

  'silence ends the recording and is not part of it': async (world) => {
    const said = babble(1000, 4);
    const { call } = await world.ring({ steps: [hear('beep'), speak(said), silence(4000)] });
    await call.answer();
    const result = await call.record(ruleFor(call.id, { maxSilenceSeconds: 2 }));
    assert.equal(result.kind, 'silence');
    await assertSaid(world, result.take, said);
    await result.take?.discard();
    await call.hangup();
  },

  'who says nothing at all leaves nothing, or next to nothing': async (world) => {
    const { call } = await world.ring({ steps: [hear('beep'), silence(4000)] });
    await call.answer();
    const result = await call.record(ruleFor(call.id, { maxSilenceSeconds: 2 }));
    assert.equal(result.kind, 'silence');
    assert.ok((result.take?.durationMs ?? 0) <= 1000);
    await result.take?.discard();
    await call.hangup();
  },

  'the limit ends the recording': async (world) => {
    const said = babble(6000, 5);
    const { call } = await world.ring({ steps: [hear('beep'), speak(said)] });
    await call.answer();
    const result = await call.record(ruleFor(call.id, { maxSeconds: 2 }));
    assert.equal(result.kind, 'limit');
    const { durationMs = 0 } = result.take ?? {};
    // Asterisk counts whole seconds of the clock and looks after each one.
    const most = world.toleranceMs === 0 ? 2000 : 3900;
    assert.ok(durationMs >= 2000 - world.toleranceMs && durationMs <= most, `${durationMs} ms`);
    await result.take?.discard();
    await call.hangup();
  },

  'a telephone that stops sending in mid-speech goes on with the same recording': async (world) => {
    const [one, two] = [babble(1000, 6), babble(1000, 7)];
    const { call } = await world.ring({ steps: [hear('beep'), speak(one), gap(5500), speak(two), hangup()] });
    await call.answer();
    const result = await call.record(ruleFor(call.id));
    assert.equal(result.kind, 'gone');
    const bytes = (await result.take?.bytes()) ?? new Uint8Array();
    for (const said of [one, two]) assert.ok(correlate(bytes, said).score > 0.85);
    await result.take?.discard();
  },

  'a hang-up before the recording leaves nothing': async (world) => {
    const { call } = await world.ring({ steps: [hear('greeting-default'), hangup()] });
    await call.answer();
    await call.play([prompt('greeting-default')], { language });
    assert.deepEqual(await call.record(ruleFor(call.id)), { kind: 'gone', take: undefined });
  },

  'a finished recording can be gone on with': async (world) => {
    const [one, two] = [babble(800, 8), babble(900, 9)];
    const steps = [hear('beep'), speak(one), press('#'), hear('beep'), speak(two), press('#')];
    const { call } = await world.ring({ steps });
    await call.answer();
    const rule = ruleFor(call.id);
    const first = await call.record(rule);
    assert.equal(first.kind, 'key');
    const result = await call.record({ ...rule, append: true });
    assert.equal(result.kind, 'key');
    const bytes = (await result.take?.bytes()) ?? new Uint8Array();
    const [a, b] = [correlate(bytes, one), correlate(bytes, two)];
    assert.ok(a.score > 0.85 && b.score > 0.85, `scores ${a.score}, ${b.score}`);
    assert.ok(b.offsetMs > a.offsetMs);
    assert.ok(Math.abs((result.take?.durationMs ?? 0) - 1700) <= 2 * world.toleranceMs);
    await result.take?.discard();
    await call.hangup();
  },

  'our own hang-up ends the recording and keeps what was said': async (world) => {
    let end = async (): Promise<void> => undefined;
    const said = babble(800, 10);
    const { call } = await world.ring({ steps: [hear('beep'), speak(said), meanwhile(() => end())] });
    end = () => call.hangup();
    await call.answer();
    const result = await call.record(ruleFor(call.id));
    assert.equal(result.kind, 'gone');
    await assertSaid(world, result.take, said);
    await result.take?.discard();
  },
};
