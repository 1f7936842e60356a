/** Fills every collection, so that reading all of one is not the cheaper plan. */
import { randomUUID } from 'node:crypto';
import type { Document } from 'mongodb';
import type { MailboxId } from '../../app/core/ids.ts';
import { messageKinds } from '../../app/core/profile/class-of-service.ts';
import { toDocument } from '../../app/storage/message-document.ts';
import type { TestStore } from './local-store.ts';
import {
  at,
  number,
  sampleCdr,
  sampleDelivery,
  sampleFax,
  sampleMessage,
  sampleNotification,
  sampleSummary,
  step,
} from './sample.ts';

/** Documents of each collection, and those that still wait for something. */
export const filling = 3000;
const waiting = 20;

export const route = {
  network: 'sms',
  trunk: 'smpp:home',
  from: '+12025550123',
  to: '+12025550147',
} as const;
export const fresh = { id: randomUUID(), received: at(0), due: at(0), expires: new Date(4e12) };

export async function fillStore({ store, client, database }: TestStore): Promise<void> {
  const each = <T>(make: (i: number) => T): T[] => Array.from({ length: filling }, (_, i) => make(i));
  const insert = (name: string, documents: Document[]) =>
    client.db(database).collection(name).insertMany(documents);
  const boxes = Array.from({ length: 100 }, () => randomUUID() as MailboxId);
  const drafts = each((i) => sampleMessage({ mailbox: boxes[i % 100] as MailboxId }, { received: at(i) }));
  const rows = drafts.map((draft, i) => ({
    ...toDocument(draft),
    ...(i % 6 === 0 ? {} : { kind: messageKinds[i % 6] }),
    words: [`word${i % 700}`, '@+41791234567', `many${i % 3}`],
  }));
  await insert('messages', rows);
  await insert(
    'notifications',
    each((i) => {
      const { id, ...rest } = sampleNotification({ status: 'sent', sentAt: at(i), to: number() });
      return { _id: id, ...rest };
    }),
  );
  await insert(
    'deliveries',
    each((i) => ({ _id: randomUUID(), status: 'done', message: `message ${i}` })),
  );
  await insert(
    'faxes',
    each((i) => ({ _id: randomUUID(), status: 'over', mailbox: boxes[i % 100], created: at(i) })),
  );
  await insert(
    'mailboxes',
    each((i) => ({
      _id: randomUUID(),
      numbers: [`+1${randomUUID()}`],
      counts: { new: 0, old: 0, urgent: 0 },
      settings: { addresses: { email: `mailbox${i}@example.com` } },
    })),
  );
  await insert(
    'profiles',
    each((i) => ({ _id: `+1${i}`, key: 'x', register: '{}', acked: {} })),
  );
  await insert(
    'visits',
    each((i) => ({ _id: `+1${i}`, node: `node ${i}`, since: at(i) })),
  );
  await insert(
    'purged',
    each((i) => ({ _id: randomUUID(), mailbox: boxes[i % 100], at: new Date() })),
  );
  await insert(
    'leases',
    each((i) => ({ _id: `outbox:node ${i}`, holder: 'one', beat: i })),
  );
  await insert(
    'classes',
    each((i) => ({ _id: `not ${i}` })),
  );
  await insert(
    'attempts',
    each((i) => ({ _id: `key ${i}`, at: [at(i)], expires: new Date(Date.now() + 600_000) })),
  );
  await insert(
    'arrivals',
    each((i) => ({ _id: `arrival ${i}`, id: 'id', done: true, tries: 0, expires: new Date(4e12) })),
  );
  await insert(
    'freed',
    each((i) => ({ _id: `+1${i}`, at: new Date(Date.now() + i * 1000) })),
  );
  await insert(
    'media',
    each(() => ({ _id: randomUUID(), contentType: 'audio/PCMU' })),
  );
  await insert(
    'audio.files',
    each((i) => ({ _id: `long ${i}`, length: 1, chunkSize: 1 })),
  );
  await insert(
    'audio.chunks',
    each((i) => ({ _id: `long ${i}/0`, files_id: `long ${i}`, n: 0 })),
  );
  await store.cdrs.insert(each((i) => sampleCdr({ start: at(i) })).slice(0, waiting));
  await insert(
    'cdrs',
    each((i) => ({
      ...sampleCdr({ start: at(i) }),
      _id: randomUUID(),
      seq: i + 1,
      accountcode: `box ${i % 100}`,
    })),
  );
  await insert(
    'ledger',
    each((i) => ({ _id: `hour ${i}`, at: new Date(Date.now() + i * 1000), through: i })),
  );
  await insert(
    'subscriptions',
    each((i) => ({ _id: `dialog ${i}`, number: `+1202${i}`, account: 'sip:1@h', expires: at(1000 + i) })),
  );
  await insert(
    'sessions',
    each((i) => ({ _id: `session ${i}`, of: `mailbox:${i}`, expires: new Date(4e12) })),
  );
  for (const name of ['keys', 'operators', 'links'])
    await insert(
      name,
      each((i) => ({ _id: `${name} ${i}`, counter: 0, expires: new Date(4e12) })),
    );
  await insert(
    'events',
    each((i) => ({ _id: i + 1, key: `batch ${i}`, at: at(i), events: [] })),
  );
  await insert(
    'livecalls',
    each((i) => ({ _id: `controller ${i}`, node: 'home', calls: [], expires: new Date(4e12 - filling + i) })),
  );
  await store.summaries.add(each(sampleSummary), 1);
  await insert(
    'credentials',
    each(() => ({ _id: randomUUID(), hash: 'x', history: ['x'] })),
  );
  await insert(
    'audit',
    each((i) => ({ _id: randomUUID(), at: at(i), mailbox: boxes[i % 100], expires: new Date(4e12) })),
  );
  await Promise.all(
    Array.from({ length: waiting }, async (_, i) => {
      await store.messages.insert(sampleMessage({ pending: [step('notify', at(i))] }));
      await store.notifications.ensure(sampleNotification({ due: at(i) }));
      await store.deliveries.add(sampleDelivery({ due: at(i) }));
      await store.arrivals.keep(
        randomUUID(),
        { ...route, id: 'x', body: '', truncated: false },
        { ...fresh, due: at(i) },
      );
      await store.faxes.add(sampleFax({ due: at(i) }));
    }),
  );
}
