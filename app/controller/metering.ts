/** Services that count and time what goes through them, and change nothing of it. */
import { AsyncResource } from 'node:async_hooks';
import { timeOfUuid } from '../core/ids.ts';
import { mostCounted, queueNames } from '../core/metrics/catalog.ts';
import type { Metrics, Reading, LabelsOf, Stages } from '../ports/metrics.ts';
import type { Spool } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Account } from '../services/account.ts';
import type { Conversions } from '../services/conversions.ts';
import type { Deposit, Deposits } from '../services/deposit.ts';
import type { Given } from '../services/give-out.ts';
import type { Retrieval } from '../services/retrieve.ts';

export interface Metering {
  readonly metrics: Metrics;
  readonly stages: Stages;
  readonly log: Log;
}

/**
 * Work for many calls that one of them happens to begin: done as where this is called, so that its log lines are not that
 * one call's.
 */
export function apart<Args extends unknown[], Result>(work: (...args: Args) => Result) {
  return AsyncResource.bind((...args: Args): Result => work(...args));
}

export function meteredDeposits(deposits: Deposits, { metrics, stages, log }: Metering): Deposits {
  const note = ({ draft }: Deposit, result: LabelsOf<'answerback_deposits_total'>['result']): void =>
    metrics.count('answerback_deposits_total', { kind: draft.kind, result });
  const came = (deposit: Deposit, given: Given): void => {
    note(deposit, given.kind);
    const id = 'message' in given ? { message: given.message.id } : {};
    log.debug('deposit', { result: given.kind, kind: deposit.draft.kind, ...id });
  };
  return {
    async take(deposit) {
      try {
        const result = await deposits.take(deposit);
        if (result.kind === 'stored') stages.stored();
        came(deposit, result);
        return result;
      } catch (error) {
        note(deposit, 'failed');
        throw error;
      }
    },
    async takeAll(all) {
      const given = await deposits.takeAll(all);
      for (const [i, deposit] of all.entries()) {
        const one = given[i];
        if (one !== undefined) came(deposit, one);
      }
      return given;
    },
    async drain(signal) {
      const moved = await deposits.drain(signal);
      metrics.count('answerback_spool_moved_total', {}, moved);
      return moved;
    },
  };
}

/** Calls that are over and notices that are out, as they are written down. */
export function meteredAccount(account: Account, { metrics, log }: Metering): Account {
  // Rows are written many at once, by the first of them.
  const event = apart<Parameters<Account['event']>, void>((row, id) => account.event(row, id));
  const call = apart<Parameters<Account['call']>, void>((one, facts) => account.call(one, facts));
  return {
    ...account,
    message: apart((what, message, at, how) => account.message(what, message, at, how)),
    event,
    begin: (row, id) => {
      const begun = account.begin(row, id);
      const since =
        row.event === 'text-out' && row.dcontext === 'notice' ? timeOfUuid(row.linkedid) : undefined;
      return {
        drop: () => begun.drop(),
        end: (change) => {
          begun.end(change);
          if (since === undefined || change.disposition !== 'ANSWERED') return;
          const sent = change.end ?? row.end;
          metrics.observe('answerback_notice_seconds', {}, (sent.getTime() - since.getTime()) / 1000);
        },
      };
    },
    call: (one, facts) => {
      call(one, facts);
      const { direction, outcome, message } = facts;
      // What is in no list is counted as `other`.
      const labels = { direction, outcome } as LabelsOf<'answerback_calls_ended_total'>;
      metrics.count('answerback_calls_ended_total', labels);
      if (outcome === 'full')
        metrics.count('answerback_deposits_total', {
          kind: one.entry.kind === 'fax' ? 'fax' : 'voice',
          result: 'refused_full',
        });
      log.info('call over', {
        call: one.id,
        direction,
        outcome,
        ...(message === undefined ? {} : { message }),
      });
    },
  };
}

export function meteredRetrieval(retrieval: Retrieval, { stages }: Metering): Retrieval {
  return {
    ...retrieval,
    async open(text, asker) {
      stages.referenceAsked();
      const opened = await retrieval.open(text, asker);
      if (opened.kind !== 'open') stages.referenceWrong();
      return opened;
    },
  };
}

interface Watched {
  readonly store: Pick<Store, 'queues'>;
  readonly spool: Spool;
  readonly conversions: Pick<Conversions, 'load'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Queues are not read more often, in milliseconds: whoever asks more gets what was read last. */
const queuesMs = 5_000;

/** What is looked at when somebody asks. */
export function watchGauges({ store, spool, conversions, clock, metrics }: Watched): void {
  let read: { readonly at: number; readonly queues: Promise<readonly Reading[]> } | undefined;
  metrics.gauges(() => {
    const now = performance.now();
    if (read === undefined || now - read.at >= queuesMs) {
      const queues = readQueues(store.queues, clock.now());
      read = { at: now, queues };
      // A failure is not kept.
      queues.catch(() => {
        read = undefined;
      });
    }
    return read.queues;
  });
  metrics.gauges(async () => [
    { name: 'answerback_spool_free_bytes', labels: {}, value: await spool.freeBytes() },
  ]);
  metrics.gauges(() => {
    const { running, waiting } = conversions.load;
    const oldest = spool.oldest?.getTime();
    return [
      { name: 'answerback_spool_deposits', labels: {}, value: spool.size },
      {
        name: 'answerback_spool_oldest_seconds',
        labels: {},
        value: oldest === undefined ? 0 : Math.max(0, clock.now().getTime() - oldest) / 1000,
      },
      { name: 'answerback_conversions_running', labels: {}, value: running },
      { name: 'answerback_conversions_waiting', labels: {}, value: waiting },
    ];
  });
}

async function readQueues(queues: Store['queues'], now: Date): Promise<readonly Reading[]> {
  const { due, deadLetters } = await queues.read(now, mostCounted);
  return [
    { name: 'answerback_dead_letters', labels: {}, value: deadLetters },
    ...queueNames.flatMap((queue): Reading[] => {
      const { count, oldest } = due[queue];
      const age = oldest === undefined ? 0 : (now.getTime() - oldest.getTime()) / 1000;
      return [
        { name: 'answerback_queue_due', labels: { queue }, value: count },
        { name: 'answerback_queue_oldest_due_seconds', labels: { queue }, value: age },
      ];
    }),
  ];
}
