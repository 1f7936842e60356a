/** Looks at the store from outside: makes no index and writes nothing. */
import type { Db } from 'mongodb';
import type { MailboxId } from '../core/ids.ts';
import type { Queue, StoreInspection, StoreServer } from '../ports/inspection.ts';
import type { ConnectionOptions } from './connection.ts';
import { openOutside } from './outside.ts';
import { indexes } from './indexes.ts';
import { fromDocument, type MailboxDocument } from './mailbox-document.ts';
import { sameIndex } from './make-indexes.ts';
import { countMessages, sameCounts } from './message-counts.ts';
import type { MessageDocument } from './message-document.ts';

/** Questions that the round trip is measured by. */
const rounds = 5;
/** Counters that are raised together are behind for so long, in milliseconds; see services/counting. */
const settleMs = 1000;

export function openStoreInspection(options: ConnectionOptions): StoreInspection {
  const outside = openOutside(options, { appName: 'answerback doctor', maxPoolSize: 8 });
  const { db, ask } = outside;
  return {
    server: () => ask('server', () => serverOf(db)),
    missingIndexes: () => ask('indexes', () => missingIndexes(db)),
    queues: () => ask('queues', () => queuesOf(db)),
    deadLetters: (limit) =>
      ask('deadLetters', () =>
        db.collection('notifications').countDocuments({ deadSince: { $exists: true } }, { limit }),
      ),
    wrongCounters: (sample) => ask('counters', () => wrongCounters(db, sample)),
    [Symbol.asyncDispose]: () => outside[Symbol.asyncDispose](),
  };
}

async function serverOf(db: Db): Promise<StoreServer> {
  const info = await db.command({ buildInfo: 1 });
  const times: number[] = [];
  let at = new Date();
  let kind: StoreServer['kind'] = 'single';
  for (let i = 0; i < rounds; i += 1) {
    const began = performance.now();
    const hello = await db.command({ hello: 1 });
    const round = performance.now() - began;
    times.push(round);
    // Its clock as it is now: it was read half a round ago.
    at = new Date((hello['localTime'] as Date).getTime() + round / 2);
    if (hello['msg'] === 'isdbgrid') kind = 'sharded';
    else if (hello['setName'] !== undefined) kind = 'replica set';
  }
  const ferret = (info['ferretdb'] as { version?: string } | undefined)?.version;
  return {
    product: ferret === undefined ? 'MongoDB' : 'FerretDB',
    version: ferret ?? String(info['version']),
    kind,
    at,
    roundMs: times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0,
  };
}

async function missingIndexes(db: Db): Promise<readonly string[]> {
  const missing: string[] = [];
  const there = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  for (const [collection, wanted] of Object.entries(indexes)) {
    const found = there.has(collection) ? await db.collection(collection).indexes() : [];
    for (const index of wanted) {
      const same = found.find(({ name }) => name === index.name);
      if (same === undefined || !sameIndex(same, index)) missing.push(`${collection}.${index.name ?? ''}`);
    }
  }
  return missing;
}

const queues: readonly (readonly [name: Queue['name'], collection: string, field: string])[] = [
  ['steps of messages', 'messages', 'workAt'],
  ['texts', 'notifications', 'workAt'],
  ['calls', 'deliveries', 'workAt'],
  ['arrivals', 'arrivals', 'workAt'],
  ['faxes', 'faxes', 'workAt'],
  ['messages to be looked at by the sweep', 'messages', 'sweepAt'],
];

function queuesOf(db: Db): Promise<readonly Queue[]> {
  return Promise.all(
    queues.map(async ([name, collection, field]): Promise<Queue> => {
      const found = await db
        .collection(collection)
        .findOne(
          { [field]: { $exists: true } },
          { sort: { [field]: 1 }, projection: { _id: 0, [field]: 1 } },
        );
      const due = found?.[field] as Date | undefined;
      return due === undefined ? { name } : { name, due };
    }),
  );
}

/** The newest ones: they are the busiest. */
async function wrongCounters(db: Db, sample: number) {
  const mailboxes = db.collection<MailboxDocument>('mailboxes');
  const messages = db.collection<MessageDocument>('messages');
  const some = await mailboxes
    .find({}, { sort: { _id: -1 }, limit: sample, projection: { _id: 1 } })
    .toArray();
  const differs = async (id: string): Promise<boolean> => {
    const [mailbox, counted] = await Promise.all([
      mailboxes.findOne({ _id: id }),
      countMessages(messages, id),
    ]);
    return mailbox !== null && !sameCounts(fromDocument(mailbox), counted);
  };
  const doubted: string[] = [];
  for (const { _id } of some) if (await differs(_id)) doubted.push(_id);
  if (doubted.length > 0) await new Promise((resolve) => setTimeout(resolve, settleMs));
  const wrong: MailboxId[] = [];
  for (const id of doubted) if (await differs(id)) wrong.push(id as MailboxId);
  return { looked: some.length, wrong };
}
