import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessageId } from '../../app/core/ids.ts';
import type { Readiness } from '../../app/ports/health.ts';
import { babble } from '../audio/babble.ts';
import { monitoringQueries } from '../docs/monitoring-queries.ts';
import { parseQuery } from '../docs/promql.ts';
import type { Phone } from '../phone/phone.ts';
import { parseMetrics, type Scrape } from '../telemetry/parse-metrics.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { openSystem, type System } from './system.ts';

const alice = '+12025550123';
const carol = '+12025550124';

describe('What an operator sees of real calls', function () {
  this.timeout(120_000);
  let system: System;
  let phones: Record<string, Phone>;
  let reference: string;

  before(async () => {
    system = await openSystem();
    phones = { [alice]: await system.phone(alice), [carol]: await system.phone(carol) };
  });

  after(() => system[Symbol.asyncDispose]());

  const scrape = async (): Promise<Scrape> => {
    const response = await fetch(system.controller.metrics);
    assert.equal(response.status, 200);
    return parseMetrics(await response.text());
  };
  const ready = async (): Promise<Readiness & { readonly status: number }> => {
    const response = await fetch(`${system.controller.web}/health/ready`);
    return { ...((await response.json()) as Readiness), status: response.status };
  };

  const leaves = (from: string, to: string, seed: number) =>
    leaveMessage(phones[from]!, to, babble(1500, seed));

  it('one message: the counters rise by one, and each stage of it is timed once', async () => {
    const bob = '+12025550147';
    const before = await scrape();
    const call = await phones[alice]!.call(bob);
    await call.hearsTone(1000, { withinMs: 30_000 });
    const during = await scrape();
    assert.equal(during.value('answerback_calls_in_progress', { entry: 'incoming' }), 1);
    await call.say(babble(1500, 1));
    await call.hangup();
    const notice = await nextNotice(system, bob);
    reference = /,,(\d{10})#/.exec(notice.body)?.[1] ?? '';
    const ended = { direction: 'inbound', outcome: 'deposit' };
    const after = await until(
      scrape,
      (now) =>
        now.value('answerback_calls_ended_total', ended) === 1 &&
        now.value('answerback_notice_seconds_count') === 1,
    );
    const rise = (name: string, labels: Record<string, string> = {}): number =>
      after.sum(name, labels) - before.sum(name, labels);
    assert.equal(rise('answerback_calls_started_total', { entry: 'incoming' }), 1);
    assert.equal(rise('answerback_calls_ended_total'), 1);
    assert.equal(rise('answerback_deposits_total', { kind: 'voice', result: 'stored' }), 1);
    assert.equal(rise('answerback_deposits_total'), 1);
    for (const stage of ['call_answer', 'call_first_sound', 'hangup_stored', 'notice'])
      assert.equal(rise(`answerback_${stage}_seconds_count`), 1, stage);
    assert.equal(rise('answerback_store_operation_seconds_count', { operation: 'messages.insert' }), 1);
    // The welcome and the notice.
    assert.equal(rise('answerback_texts_sent_total', { gateway: 'sip', result: 'taken' }), 2);
    assert.ok(rise('answerback_switch_request_seconds_count', { resource: 'channels' }) >= 3);
    assert.equal(rise('answerback_store_errors_total'), 0);
    assert.equal(after.value('answerback_calls_in_progress', { entry: 'incoming' }), 0);
    assert.equal(after.value('answerback_queue_oldest_due_seconds', { queue: 'steps' }), 0);
    assert.equal(after.value('answerback_dead_letters'), 0);
    assert.equal(after.value('answerback_part_up', { part: 'store' }), 1);
    assert.equal(after.sum('answerback_build_info'), 1);
  });

  it('a reference that is dialled: how long until its message plays', async () => {
    const bob = await system.phone('+12025550147');
    const before = await scrape();
    const call = await bob.call(reference);
    await call.up();
    const after = await until(
      scrape,
      (now) => now.value('answerback_reference_playback_seconds_count') === 1,
    );
    assert.equal(before.value('answerback_reference_playback_seconds_count'), 0);
    assert.ok((after.value('answerback_reference_playback_seconds_sum') ?? 0) > 0);
    await call.hangup();
  });

  it('all that dashboard and alerts ask for is there, and nothing tells who called: no numbers, addresses or ids', async () => {
    const response = await fetch(system.controller.metrics);
    const { series, families } = parseMetrics(await response.text());
    for (const { expr, where } of monitoringQueries())
      for (const { metric } of parseQuery(expr).selectors)
        assert.ok(
          metric === 'up' || families.has(metric) || families.has(metric.replace(/_(bucket|sum|count)$/, '')),
          `${where}: ${metric}`,
        );
    for (const { name, labels } of series) {
      if (!name.startsWith('answerback_')) continue;
      const { le: _le, ...own } = labels;
      for (const value of Object.values(own)) assert.doesNotMatch(value, /\d{3}|@|[\da-f]{8}-/, name);
    }
    assert.equal((await fetch(new URL('/', system.controller.metrics))).status, 404);
    assert.equal((await fetch(`${system.controller.web}/metrics`)).status, 404);
  });

  it('two calls at once: each line about one has its id, in every room, and none has the other’s', async () => {
    const [dave, erin] = ['+12025550151', '+12025550152'];
    const begun = system.controller.lines.length;
    await Promise.all([leaves(alice, dave, 2), leaves(carol, erin, 3)]);
    await Promise.all([nextNotice(system, dave), nextNotice(system, erin)]);
    const lines = await until(
      async () => system.controller.lines.slice(begun),
      (all) => {
        const over = all.filter(({ msg }) => msg === 'call over');
        // The last of what a call brings about.
        const told = (call: unknown): boolean =>
          all.some((line) => line['call'] === call && line['operation'] === 'notifications.sent');
        return over.length === 2 && over.every((line) => told(line['call']));
      },
    );
    const ids = lines.filter(({ msg }) => msg === 'call over').map((line) => String(line['call']));
    const numbers: string[] = [];
    for (const id of ids) {
      const own = lines.filter((line) => line['call'] === id);
      const done = own.filter(({ msg }) => msg === 'store').map((line) => String(line['operation']));
      // From the switch's room, the services, the store, and what was sent about it.
      for (const msg of ['playing', 'deposit', 'call over'])
        assert.ok(
          own.some((line) => line.msg === msg),
          `no line: ${msg}`,
        );
      for (const operation of [
        'mailboxes.find',
        'messages.insert',
        'notifications.ensure',
        'notifications.sent',
      ])
        assert.ok(done.includes(operation), `no line of the store: ${operation}`);
      const message = String(own.find(({ msg }) => msg === 'deposit')?.['message']);
      const stored = await system.store.messages.get(message as MessageId);
      assert.ok(stored?.envelope.origin.id.includes(id) === true, 'the message is another call’s');
      numbers.push(stored.envelope.to);
      // What was sent about it has the ids of both.
      const about = own.filter((line) => line['operation'] === 'notifications.sent');
      assert.deepEqual([...new Set(about.map((line) => line['message']))], [message]);
      for (const line of lines)
        if (line['message'] === message)
          assert.ok([id, undefined].includes(line['call'] as string | undefined));
    }
    assert.deepEqual(numbers.toSorted(), [dave, erin] satisfies readonly string[]);
    // What jobs do is about no call, also when a call woke them.
    for (const line of lines)
      if (/takeDue|nextDue|takePending|cdrs\.insert|counting\.raise/.test(String(line['operation'])))
        assert.equal(line['call'], undefined);
  });

  it('the store is away: errors are counted, the controller is not ready and says since when, messages wait', async () => {
    assert.deepEqual(
      Object.values((await ready()).parts).map(({ ok }) => ok),
      [true, true, true, true],
    );
    const before = await scrape();
    const wentAway = Date.now();
    await system.local.kill('ferretdb', 'SIGKILL');
    const away = await until(ready, (now) => now.parts.store?.state === 'away');
    assert.equal(away.status, 503);
    assert.deepEqual([away.ok, away.parts.store?.ok, away.parts.switch?.ok], [false, false, true]);
    assert.ok(Date.parse(away.parts.store?.since ?? '') >= wentAway - 1000);
    await leaves(alice, '+12025550153', 4);
    const filling = await until(ready, (now) => now.parts.spool?.state === 'filling');
    assert.equal(filling.parts.store?.since, away.parts.store?.since);
    // What nobody can know now is not told as it was, but for the few seconds that a look is good for.
    const queue = { queue: 'steps' };
    const now = await until(scrape, (one) => one.value('answerback_queue_due', queue) === undefined);
    const spooled = { kind: 'voice', result: 'spooled' };
    assert.equal(now.value('answerback_deposits_total', spooled), 1);
    assert.equal(now.value('answerback_spool_deposits'), 1);
    assert.ok((now.value('answerback_spool_oldest_seconds') ?? 0) > 0);
    const failed = { code: 'store-unavailable' };
    assert.ok(
      now.sum('answerback_store_errors_total', failed) > before.sum('answerback_store_errors_total', failed),
    );
    assert.equal(now.value('answerback_part_up', { part: 'store' }), 0);
    await system.local.start('ferretdb');
    const back = await until(ready, ({ ok, parts }) => ok && parts.spool?.state === 'empty', 60_000);
    assert.equal(back.status, 200);
    const then = await until(scrape, (one) => one.value('answerback_spool_moved_total') === 1);
    assert.equal(then.value('answerback_spool_deposits'), 0);
  });

  it('told to end: not ready while a caller still speaks, and alive', async () => {
    const call = await phones[alice]!.call('+12025550154');
    await call.hearsTone(1000, { withinMs: 30_000 });
    process.kill(system.controller.pid, 'SIGTERM');
    const draining = await until(ready, (now) => now.parts.controller?.state === 'draining');
    assert.equal(draining.status, 503);
    assert.equal(draining.parts.store?.ok, true);
    assert.equal((await fetch(`${system.controller.web}/health/live`)).status, 200);
    await call.hangup();
    assert.equal(await system.controller.exited, 0);
  });
});

/** Asks again until it is so. @throws Error with what was answered last */
async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean, withinMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await pause(20);
    if (Date.now() > deadline) throw new Error(`not so in time: ${JSON.stringify(answer).slice(0, 2000)}`);
  }
}
