import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { OutgoingText } from '../../app/ports/gateway.ts';
import type { InboundMail, RecipientVerdict } from '../../app/ports/mail.ts';
import { createHealth } from '../../app/telemetry/health.ts';
import { openLog } from '../../app/telemetry/open.ts';
import {
  meteredConverter,
  meteredGateway,
  meteredIntake,
  meteredReports,
} from '../../app/telemetry/metered.ts';
import { openMetrics, type OpenMetrics } from '../../app/telemetry/metrics.ts';
import { createStages } from '../../app/telemetry/stages.ts';
import { silentLog } from '../ports/silent-log.ts';
import { parseMetrics } from './parse-metrics.ts';

const away = new Fault('gateway-unavailable', 'away', { temporary: true });
const no = new Fault('gateway-refused', 'no', { temporary: false });
const text: OutgoingText = { id: 'a', to: '+12025550123', body: 'x' };

describe('ports that are measured', () => {
  let metrics: OpenMetrics;
  beforeEach(() => {
    metrics = openMetrics();
  });
  afterEach(() => metrics[Symbol.dispose]());
  const scrape = async () => parseMetrics((await metrics.text()).body);

  it('a gateway answers and fails as before, and each answer is counted', async () => {
    const answers = [async () => ({ providerId: '7' }), () => Promise.reject(away), () => Promise.reject(no)];
    const gateway = meteredGateway({ name: 'twilio', send: () => answers.shift()!() }, metrics);
    assert.deepEqual(await gateway.send(text), { providerId: '7' });
    await assert.rejects(gateway.send(text), away);
    await assert.rejects(gateway.send(text), no);
    const now = await scrape();
    for (const result of ['taken', 'unavailable', 'refused'])
      assert.equal(now.value('answerback_texts_sent_total', { gateway: 'twilio', result }), 1, result);
    assert.equal(now.value('answerback_text_send_seconds_count', { gateway: 'twilio' }), 3);
  });

  it('a report that could not be written down is not counted: it comes again', async () => {
    let broken = true;
    const take = meteredReports(async () => {
      if (broken) throw away;
    }, metrics);
    const report = { gateway: 'smpp', providerId: '1', status: 'failed' } as const;
    await assert.rejects(take(report), away);
    broken = false;
    await take(report);
    const labels = { gateway: 'smpp', status: 'failed' };
    assert.equal((await scrape()).value('answerback_text_reports_total', labels), 1);
  });

  it('mail: recipients by the answer, mails by what became of them, and its lines have its id', async () => {
    let written = '';
    const log = openLog({ level: 'info' }, { out: { write: (line) => void (written += line) } });
    const verdicts: RecipientVerdict[] = ['taken', 'full', 'unknown'];
    const ends = [undefined, away, no];
    const intake = meteredIntake(
      {
        recipient: async () => verdicts.shift() ?? 'taken',
        take: async () => {
          log.info('looked at');
          const end = ends.shift();
          if (end !== undefined) throw end;
        },
      },
      metrics,
      log,
    );
    for (let i = 0; i < 3; i += 1) await intake.recipient('ada@example.com', '');
    const mail = { id: '0123456789abcdef0123' } as InboundMail;
    await intake.take(mail, []);
    await assert.rejects(intake.take(mail, []), away);
    await assert.rejects(intake.take(mail, []), no);
    assert.match(written, /"mail":"0123456789abcdef"/);
    const now = await scrape();
    for (const verdict of ['taken', 'full', 'unknown'])
      assert.equal(now.value('answerback_mail_recipients_total', { verdict }), 1, verdict);
    for (const result of ['taken', 'again', 'refused'])
      assert.equal(now.value('answerback_mails_received_total', { result }), 1, result);
    assert.equal(now.value('answerback_deposits_total', { kind: 'email', result: 'refused_full' }), 1);
  });

  it('conversions: by what they make, with those that failed', async () => {
    const edge = { from: 'audio/pcmu', to: 'text/plain', cost: 1 };
    let broken: Error | undefined;
    const converter = meteredConverter(
      {
        edges: [edge],
        convert: async (content) => {
          if (broken !== undefined) throw broken;
          return content;
        },
      },
      metrics,
    );
    const content = { contentType: 'audio/pcmu', bytes: new Uint8Array(1) };
    assert.equal(await converter.convert(content, edge, { language: 'en' }), content);
    broken = new Fault('media-unavailable', 'busy', { temporary: true });
    await assert.rejects(converter.convert(content, edge, { language: 'en' }), broken);
    const now = await scrape();
    assert.equal(now.value('answerback_conversion_seconds_count', { to: 'text' }), 2);
    assert.equal(now.value('answerback_conversion_errors_total', { code: 'media-unavailable' }), 1);
  });

  it('a question for a PIN between a reference and its message is no wait of the system’s', async () => {
    const stages = createStages({ metrics, log: silentLog });
    const call = {
      id: '1',
      entry: { kind: 'incoming' },
      started: new Date(Date.now() - 300),
      answered: new Date(Date.now() - 100),
      gone: AbortSignal.abort(),
    } as const;
    const heard = async (): Promise<number | undefined> =>
      (await scrape()).value('answerback_reference_playback_seconds_count');
    await stages.within(call, async () => {
      stages.referenceAsked();
      stages.playing(false);
      stages.playing(true);
      assert.equal(await heard(), 0);
      stages.referenceAsked();
      stages.referenceWrong();
      stages.playing(true);
      assert.equal(await heard(), 0);
      stages.referenceAsked();
      stages.playing(true);
      assert.equal(await heard(), 1);
      stages.stored();
    });
    // About no call: nothing is measured, and nothing breaks.
    stages.playing(true);
    stages.stored();
    const now = await scrape();
    assert.equal(now.value('answerback_call_answer_seconds_sum'), 0.2);
    assert.equal(now.value('answerback_call_first_sound_seconds_count'), 1);
    assert.equal(now.value('answerback_hangup_stored_seconds_count'), 1);
  });

  it('health: each part with its state and since when; a full disk is told and keeps no calls away', async () => {
    let [now, storeUp, free, size] = [0, true, 1e10, 0];
    const media = { healthy: false };
    using health = createHealth({
      store: { ping: () => (storeUp ? Promise.resolve() : Promise.reject(away)) },
      media,
      spool: {
        get size() {
          return size;
        },
        freeBytes: async () => free,
      },
      clock: { now: () => new Date(now) },
      metrics,
    });
    const states = async () => {
      const { ok, parts } = await health.ready();
      return [ok, ...Object.values(parts).map(({ state, since }) => `${state} ${Date.parse(since)}`)];
    };
    assert.deepEqual(await states(), [false, 'up 0', 'away 0', 'empty 0', 'starting 0']);
    now = 1000;
    media.healthy = true;
    health.now('running');
    assert.deepEqual(await states(), [true, 'up 0', 'up 1000', 'empty 0', 'running 1000']);
    now = 2000;
    [storeUp, size] = [false, 1];
    assert.deepEqual(await states(), [false, 'away 2000', 'up 1000', 'filling 2000', 'running 1000']);
    now = 3000;
    [storeUp, free] = [true, 1000];
    assert.deepEqual(await states(), [true, 'up 3000', 'up 1000', 'full 3000', 'running 1000']);
    assert.equal((await scrape()).value('answerback_part_up', { part: 'spool' }), 0);
    health.now('draining');
    assert.deepEqual(await states(), [false, 'up 3000', 'up 1000', 'full 3000', 'draining 3000']);
  });
});

describe('log lines know what they are about', () => {
  it('through whatever is awaited, each its own, and no longer than the work', async () => {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
    let troubles = 0;
    const log = openLog({ level: 'info' }, { out: { write }, onTrouble: () => void (troubles += 1) });
    const child = log.child({ bind: 'home' });
    const deep = async (n: number): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (n > 0) return deep(n - 1);
      child.warn('deep');
    };
    await Promise.all(
      ['a', 'b', 'c'].map((call) =>
        log.within({ call }, async () => {
          await deep(5);
          await log.within({ message: `of ${call}` }, () => deep(3));
          log.info('own', { call: 'x' });
        }),
      ),
    );
    log.info('after');
    for (const call of ['a', 'b', 'c']) {
      const own = lines.filter((line) => line['call'] === call);
      assert.deepEqual(
        own.map((line) => line['message']),
        [undefined, `of ${call}`],
      );
      assert.ok(own.every((line) => line['bind'] === 'home'));
    }
    assert.equal(lines.filter((line) => line['call'] === 'x').length, 3);
    assert.deepEqual(lines.at(-1)?.['call'], undefined);
    assert.equal(troubles, 6);
  });

  it('what is around is as private as what a line says', async () => {
    let written = '';
    const log = openLog({ level: 'debug' }, { out: { write: (line) => void (written += line) } });
    log.within({ caller: '+12025550123', inbound: '12025550123-7@10.0.0.1', token: 'hush' }, () =>
      log.info('x'),
    );
    assert.doesNotMatch(written, /2025550123|hush/);
  });
});
