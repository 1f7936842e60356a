import { summarise, type Summary } from '../../app/core/account/summary.ts';
/** Messages and other records to store, each new. */
import { randomInt, randomUUID } from 'node:crypto';
import type { Cdr } from '../../app/core/account/cdr.ts';
import type { E164, FaxJobId, MailboxId, MessageId, Reference } from '../../app/core/ids.ts';
import type { Envelope, Message, PendingKind, PendingStep } from '../../app/core/message/message.ts';
import type { FaxJob } from '../../app/ports/fax-jobs.ts';
import type { SpooledDeposit } from '../../app/ports/spool.ts';
import type { Delivery, NewMailbox, Notification } from '../../app/ports/store.ts';

export const number = (): E164 => `+1202${randomInt(1_000_000, 9_999_999)}` as E164;
export const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

export function sampleEnvelope(change: Partial<Envelope> = {}): Envelope {
  return {
    id: randomUUID() as MessageId,
    kind: 'voice',
    origin: { network: 'sip', id: randomUUID() },
    from: { number: '+41791234567', name: 'Zoë & "Bo" <z>', private: false },
    to: number(),
    received: at(0),
    urgent: false,
    confidential: false,
    cut: false,
    parts: [
      {
        media: randomUUID() as Envelope['parts'][number]['media'],
        contentType: 'audio/PCMU',
        bytes: 32_000,
        durationMs: 4000,
        sha256: 'a'.repeat(64),
      },
    ],
    ...change,
  };
}

export function sampleMessage(change: Partial<Message> = {}, envelope: Partial<Envelope> = {}): Message {
  const written = sampleEnvelope(envelope);
  return {
    id: written.id,
    mailbox: randomUUID() as MailboxId,
    reference: String(randomInt(1e9, 1e10)) as Reference,
    referenceExpires: at(604_800),
    envelope: written,
    urgent: written.urgent,
    state: 'new',
    tier: 'live',
    version: 1,
    expires: at(2_592_000),
    pending: [],
    ...change,
  };
}

export const step = (kind: PendingKind, due: Date, change: Partial<PendingStep> = {}): PendingStep => ({
  kind,
  due,
  tries: 0,
  ...change,
});

export const sampleMailbox = (change: Partial<NewMailbox> = {}): NewMailbox => ({
  id: randomUUID() as MailboxId,
  number: number(),
  origin: 'dynamic',
  classOfService: 'standard',
  created: at(0),
  ...change,
});

export const sampleNotification = (change: Partial<Notification> = {}): Notification => ({
  id: randomUUID() as Notification['id'],
  message: randomUUID() as MessageId,
  mailbox: randomUUID() as MailboxId,
  gateway: 'sip',
  kind: 'notice',
  to: number(),
  status: 'pending',
  tries: 0,
  due: at(0),
  created: at(0),
  ...change,
});

export const sampleFax = (change: Partial<FaxJob> = {}): FaxJob => ({
  id: randomUUID() as FaxJobId,
  mailbox: randomUUID() as MailboxId,
  to: number(),
  status: 'pending',
  tries: 0,
  due: at(0),
  created: at(0),
  ...change,
});

export const sampleDelivery = (change: Partial<Delivery> = {}): Delivery => ({
  id: randomUUID() as Delivery['id'],
  message: randomUUID() as MessageId,
  purpose: 'play',
  to: number(),
  status: 'pending',
  tries: 0,
  due: at(0),
  created: at(0),
  ...change,
});

export const sampleCdr = (change: Partial<Cdr> = {}): Cdr => ({
  id: randomUUID() as Cdr['id'],
  event: 'call',
  direction: 'inbound',
  src: '+41791234567',
  dst: '+12025550123',
  clid: '"Zoë" <+41791234567>',
  channel: 'trunk',
  dcontext: 'in',
  lastapp: 'deposit',
  start: at(0),
  answer: at(1),
  end: at(9),
  duration: 9,
  billsec: 8,
  disposition: 'ANSWERED',
  hangup_cause: 16,
  uniqueid: randomUUID(),
  linkedid: randomUUID(),
  accountcode: 'standard',
  ...change,
});

/** A deposit to spool with bytes that follow from its id. */
export function sampleDeposit(
  id: string,
  bytes: number,
  change: Partial<SpooledDeposit['draft']> = {},
): SpooledDeposit {
  const {
    id: _id,
    parts: _parts,
    ...draft
  } = sampleEnvelope({ origin: { network: 'sip', id }, to: '+12025550123' as E164 });
  return {
    draft: { ...draft, ...change },
    contentType: 'audio/PCMU',
    durationMs: Math.floor(bytes / 8),
    classOfService: 'standard',
    bytes: new Uint8Array(bytes).map((_, i) => (i * 31 + id.length) % 256),
  };
}

export function sampleSummary(i: number): Summary {
  const [summary] = summarise(
    [{ ...sampleCdr({ start: at(86_400 * (i % 28)), accountcode: `box ${i}` }), class: 'standard' }],
    'UTC',
  );
  if (summary === undefined) throw new Error('no summary');
  return summary;
}
