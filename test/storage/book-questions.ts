/** What is asked of the books: numbered records and their summaries. */
import type { Summary } from '../../app/core/account/summary.ts';
import type { Store } from '../../app/ports/store.ts';
import { filling } from './fill-store.ts';
import { at, sampleSummary } from './sample.ts';

export const bookQuestions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'ledger.lease': (store) => store.ledger.lease('a controller', at(0), 1000),
  'ledger.release': (store) => store.ledger.release('a controller'),
  'ledger.ledger': (store) => store.ledger.ledger(),
  'ledger.number': (store) => store.ledger.number({ through: filling - 10 }, at(0), 10),
  'ledger.posted': (store) => store.ledger.posted({ through: 1, posting: 2 }),
  'ledger.page': (store) =>
    store.ledger.page(filling - 20, filling, { events: ['call'], trunk: 'trunk', from: at(5) }, 10),
  'ledger.page of a mailbox': (store) => store.ledger.page(0, filling, { mailbox: 'box 7' }, 10),
  'ledger.pageBack': (store) =>
    store.ledger.pageBack(filling - 20, filling, { events: ['call'], trunk: 'trunk', to: at(5) }, 10),
  'ledger.pageBack of a mailbox': (store) => store.ledger.pageBack(0, filling, { mailbox: 'box 7' }, 10),
  'ledger.before': (store) => store.ledger.before(new Date(Date.now() + (filling - 5) * 1000 + 600_000)),
  'ledger.startedWithin': async (store) => {
    for await (const _ of store.ledger.startedWithin(at(5), at(9), filling)) break;
  },
  'ledger.reprice': (store) => store.ledger.reprice([{ id: 'none' as never, cost: 1 }]),
  'ledger.removeBefore': (store) => store.ledger.removeBefore(at(-filling), 10),
  'summaries.add': (store) => store.summaries.add([sampleSummary(7)], 5),
  'summaries.replace': (store) => store.summaries.replace('2030-01-01', summariesOf(8), 5),
  'summaries.list': (store) =>
    store.summaries.list({ from: '2026-01-05', to: '2026-01-05', by: 'mailbox' }, undefined, 10),
  'summaries.list of a mailbox': (store) =>
    store.summaries.list(
      { from: '2026-01-01', to: '2026-01-31', by: 'mailbox', name: 'box 7' },
      undefined,
      10,
    ),
  'summaries.daysOf': (store) => store.summaries.daysOf('mailbox', ['box 7', 'box 8'], '2026-01'),
  'summaries.names': (store) => store.summaries.names('2026-01-05', 'mailbox', 'box 7', 10),
  'summaries.removeBefore': (store) => store.summaries.removeBefore('2020-01'),
};

async function* summariesOf(i: number): AsyncGenerator<readonly Summary[]> {
  yield [sampleSummary(i)];
}
