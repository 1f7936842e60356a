import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { correlate } from '../../../scripts/audio/correlate.ts';
import { babble } from '../../audio/babble.ts';
import { answeredCall, goneOf, next, nextCall, openLab, ruleFor, until } from './lab.ts';
import type { Lab } from './lab.ts';
import { endOf } from '../cases/prompts.ts';

const language = 'en';
const greeting = { kind: 'prompt', name: 'greeting-default' } as const;
const saved = { kind: 'prompt', name: 'message-saved' } as const;

describe('when something breaks between controller and Asterisk', function () {
  this.timeout(60_000);
  let lab: Lab;
  beforeEach(async () => (lab = await openLab({ tries: 2 })));
  afterEach(async () => lab?.[Symbol.asyncDispose]());

  it('a connection lost in mid-recording loses nothing: the recording goes on and ends as usual', async () => {
    await using media = await lab.media();
    const { phone, call } = await answeredCall(lab, media);
    const recorded = call.record(ruleFor(call));
    await phone.hearsTone(1000);
    const said = babble(3000, 1);
    const saying = phone.say(said);
    media.drop();
    await until(() => !media.healthy, 'the loss noticed');
    await until(() => media.healthy, 'connected again');
    await saying;
    await phone.press('#');
    const result = await recorded;
    assert.equal(result.kind, 'key');
    assert.ok(correlate((await result.take?.bytes()) ?? new Uint8Array(), said).score > 0.8);
    await result.take?.discard();
    await call.hangup();
    await phone.ended();
  });

  it('a recording that ended while the connection was away is finished after it', async () => {
    await using media = await lab.media();
    const { phone, call } = await answeredCall(lab, media);
    const recorded = call.record(ruleFor(call));
    await phone.hearsTone(1000);
    const said = babble(1000, 2);
    await phone.say(said);
    media.drop();
    await phone.press('#', { onMs: 60 });
    const result = await recorded;
    assert.notEqual(result.kind, 'gone');
    assert.ok(correlate((await result.take?.bytes()) ?? new Uint8Array(), said).score > 0.8);
    await result.take?.discard();
    assert.deepEqual(endOf(await call.play([saved], { language })), { kind: 'done' });
    await call.hangup();
    await phone.ended();
  });

  it('a caller who hangs up while the connection is away leaves what was said', async () => {
    await using media = await lab.media();
    const { phone, call } = await answeredCall(lab, media);
    const recorded = call.record(ruleFor(call));
    await phone.hearsTone(1000);
    const said = babble(1500, 3);
    await phone.say(said);
    media.drop();
    await phone.hangup();
    const result = await recorded;
    assert.equal(result.kind, 'gone');
    assert.ok(correlate((await result.take?.bytes()) ?? new Uint8Array(), said).score > 0.8);
    await result.take?.discard();
    assert.ok(call.gone.aborted);
  });

  it('a connection lost in mid-prompt: the caller hears it to its end, and the flow goes on', async () => {
    await using media = await lab.media();
    const { phone, call } = await answeredCall(lab, media);
    const playing = call.play([greeting], { language });
    await phone.soundAfter(0);
    media.drop();
    assert.deepEqual(endOf(await playing), { kind: 'done' });
    // Asked for while there may be no connection: it waits for the next.
    media.drop();
    assert.deepEqual(endOf(await call.play([saved], { language })), { kind: 'done' });
    await phone.hearsTone(500);
    await call.hangup();
    await phone.ended();
  });

  it('a second controller takes over: the first lets go, recording and caller stay', async () => {
    const first = await lab.media();
    const { phone, call } = await answeredCall(lab, first);
    const rule = ruleFor(call);
    const recorded = call.record(rule);
    await phone.hearsTone(1000);
    const [one, two] = [babble(1200, 4), babble(1200, 5)];
    await phone.say(one);
    const second = await lab.media();
    const again = await nextCall(second);
    assert.deepEqual(await recorded, { kind: 'gone', take: undefined });
    await call.hangup();
    assert.equal(first.healthy, false);
    assert.deepEqual([first.replaced, second.replaced], [true, false]);
    assert.ok(lab.log.lines.some((line) => line.level === 'error' && line.text.includes('taken over')));
    assert.deepEqual(again.entry, { kind: 'resumed', recording: { tag: rule.tag } });
    assert.equal(again.facts.requestUser, '+12025550100');
    const rest = again.resumeRecording(rule);
    await phone.say(two);
    await phone.hangup();
    const { take } = await rest;
    const bytes = (await take?.bytes()) ?? new Uint8Array();
    assert.ok(correlate(bytes, one).score > 0.7 && correlate(bytes, two).score > 0.7);
    await take?.discard();
    assert.equal(first.healthy, false, 'the first does not come back');
  });

  it('bridges that a crash left are removed, those of other applications are not', async () => {
    const { url, user, password } = lab.settings;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const bridges = async (method: string, query: string) => {
      const answer = await fetch(`${url}/ari/bridges${query}`, { method, headers: { authorization } });
      return (await answer.json()) as { readonly id: string }[];
    };
    for (const id of ['answerback.bridge-x-1', 'answerback-two.bridge-x-1', 'answerback-bridge']) {
      await bridges('POST', `?bridgeId=${id}`);
    }
    await using _media = await lab.media();
    const left = async () => (await bridges('GET', '')).map((bridge) => bridge.id).toSorted();
    // The switch removes what it was told to a moment later.
    await until(async () => (await left()).length < 3, 'a bridge removed');
    assert.deepEqual(await left(), ['answerback-bridge', 'answerback-two.bridge-x-1']);
  });

  it('a call that rings while no controller is there is answered by the next one', async () => {
    const phone = await lab.phone.call('+12025550100');
    await using media = await lab.media();
    const call = await nextCall(media);
    assert.deepEqual(call.entry, { kind: 'incoming' });
    await call.answer();
    await phone.up();
    await call.hangup();
    await phone.ended();
  });

  it('with no controller the dialplan records, and the recording is found later', async () => {
    const phone = await lab.phone.call('+12025550100');
    await phone.up();
    await phone.hearsTone(1000, { minMs: 200 });
    const said = babble(2000, 6);
    await phone.say(said);
    await phone.hangup();
    await using media = await lab.media();
    const stray = await next((signal) => media.strays(signal));
    assert.match(stray.take.tag, /^\+12025550100~\+12025550123~\d+~[\d.]+~f$/);
    assert.equal(stray.take.contentType, 'audio/PCMU');
    assert.equal(stray.cut, false);
    assert.ok(correlate(await stray.take.bytes(), said).score > 0.7);
    await stray.take.discard();
    assert.deepEqual(await lab.recordings(), []);
  });

  it('a killed Asterisk: calls are gone with what was recorded, and the next one is served', async () => {
    await using media = await lab.media();
    const { phone, call } = await answeredCall(lab, media);
    const recorded = call.record(ruleFor(call));
    await phone.hearsTone(1000);
    // Asterisk writes in blocks of 64 KiB: what is less is lost with it.
    await phone.say(babble(9500, 7));
    assert.ok(media.healthy);
    await lab.asterisk.kill();
    await until(() => !media.healthy, 'the loss noticed');
    await assert.rejects(
      media.setLamp({ mailbox: '+12025550100', classes: { 'voice-message': { new: 1, old: 0, urgent: 0 } } }),
      {
        code: 'media-unavailable',
      },
    );
    await lab.asterisk.start();
    await until(() => media.healthy, 'connected again');
    const result = await recorded;
    assert.equal(result.kind, 'gone');
    assert.ok((result.take?.durationMs ?? 0) > 8000, `${result.take?.durationMs} ms kept`);
    await goneOf(call);
    const fresh = await answeredCall(lab, media);
    assert.deepEqual(endOf(await fresh.call.play([saved], { language })), { kind: 'done' });
    await fresh.call.hangup();
    await fresh.phone.ended();
  });

  it('what a killed Asterisk left of a recording is found, and marked as cut', async () => {
    const first = await lab.media();
    const { phone, call } = await answeredCall(lab, first);
    void call.record(ruleFor(call));
    await phone.hearsTone(1000);
    await phone.say(babble(9500, 8));
    await first[Symbol.asyncDispose]();
    await lab.asterisk.kill();
    await lab.asterisk.start();
    await using media = await lab.media();
    const stray = await next((signal) => media.strays(signal));
    assert.equal(stray.cut, true);
    assert.ok(stray.take.durationMs > 8000);
  });

  it('an empty recording that a crash left is removed; one that a call may have just begun stays', async () => {
    const spool = join(lab.asterisk.spool, 'answerback');
    const [old, fresh] = ['1795877562.133~f.ulaw', '1795877562.134~f.ulaw'].map(
      (end) => `+12025550100~+12025550123~1795877562~${end}`,
    ) as [string, string];
    for (const name of [old, fresh]) await writeFile(join(spool, name), '');
    const before = new Date(Date.now() - 120_000);
    await utimes(join(spool, old), before, before);
    await using media = await lab.media();
    const over = new AbortController();
    const looking = (async () => {
      for await (const _ of media.strays(over.signal)) assert.fail('a stray came');
    })();
    await until(async () => !(await lab.recordings()).includes(old), 'the old one is gone');
    assert.deepEqual(await lab.recordings(), [fresh]);
    over.abort();
    await looking;
  });
});
