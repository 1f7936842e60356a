import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { Message } from '../../core/message/message.ts';
import type { ListOptions, MessageFilter } from '../../ports/store.ts';
import type { MessageKind } from '../../core/profile/class-of-service.ts';
import type { OfficeRun } from '../command.ts';
import type { Office } from '../office/office.ts';
import { firstOf } from '../office/pages.ts';
import type { Output } from '../output/output.ts';
import { bytes, duration } from '../output/text.ts';

interface ListChoice {
  readonly state?: readonly Message['state'][];
  readonly kind?: readonly MessageKind[];
  readonly from?: string;
  readonly fromEnding?: string;
  readonly since?: Date;
  readonly before?: Date;
  readonly urgent?: boolean;
  readonly held?: boolean;
  readonly order: 'newest' | 'oldest';
  readonly limit: number;
}

export async function listMessages(
  { office, out }: OfficeRun,
  choice: ListChoice,
  number = '',
): Promise<void> {
  const mailbox = await office.mailbox(number);
  const { state, kind, from, fromEnding, order } = choice;
  const filter: MessageFilter = {
    order,
    ...(state === undefined ? {} : { states: state }),
    ...(kind === undefined ? {} : { kinds: kind }),
    ...(from === undefined ? {} : { from: office.plan.parse(from) ?? from }),
    ...(fromEnding === undefined ? {} : { fromEnding }),
  };
  const found = within(messagesOf(office, mailbox, filter), choice);
  await tabulate(
    out,
    office,
    mailbox,
    firstOf(found, choice.limit, (one) => isWanted(one, choice)),
  );
}

const pageSize = 200;

async function* messagesOf(
  { store }: Office,
  mailbox: Mailbox,
  filter: MessageFilter,
): AsyncGenerator<Message> {
  let after: Message | undefined;
  for (;;) {
    const options: ListOptions = { ...filter, limit: pageSize, ...(after === undefined ? {} : { after }) };
    const page = await store.messages.list(mailbox.id, options);
    yield* page;
    after = page.at(-1);
    if (page.length < pageSize) return;
  }
}

/** Ends where the order leaves the time that is wanted. */
async function* within(
  messages: AsyncIterable<Message>,
  { since, before, order }: ListChoice,
): AsyncGenerator<Message> {
  for await (const message of messages) {
    const { received } = message.envelope;
    const early = since !== undefined && received < since;
    const late = before !== undefined && received >= before;
    if (order === 'newest' ? early : late) return;
    if (!early && !late) yield message;
  }
}

function isWanted(message: Message, { urgent = false, held = false }: ListChoice): boolean {
  return (!urgent || message.urgent) && (!held || message.hold !== undefined);
}

/** @param mailbox whose zone times are in */
export async function tabulate(
  out: Output,
  office: Office,
  mailbox: Mailbox | undefined,
  messages: AsyncIterable<Message> | Iterable<Message>,
): Promise<void> {
  const zone = mailbox && office.profile(mailbox).timeZone;
  await out.list(
    messages,
    [
      { title: 'id' },
      { title: `received (${out.zone(zone)})` },
      { title: 'kind' },
      { title: 'state' },
      { title: 'from', shrinks: true },
      { title: 'length', right: true },
      { title: 'size', right: true },
      { title: 'flags' },
    ],
    (one) => [
      one.id,
      out.time(one.envelope.received, zone),
      one.envelope.kind,
      one.state,
      senderOf(one),
      lengthOf(one),
      bytes(sizeOf(one)),
      flagsOf(one),
    ],
    (one) => messageValue(one),
  );
}

export function senderOf({ envelope: { from } }: Message): string {
  const number = from.address ?? from.number ?? 'unknown';
  const named = from.name === undefined ? number : `${from.name} <${number}>`;
  return from.private ? `${named} (private)` : named;
}

export function lengthOf({ envelope: { parts } }: Message): string | undefined {
  const ms = parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0);
  const pages = parts.reduce((sum, part) => sum + (part.pages ?? 0), 0);
  if (ms > 0) return duration(ms / 1000);
  return pages > 0 ? `${pages} p` : undefined;
}

export function sizeOf({ envelope: { parts } }: Message): number {
  return parts.reduce((sum, part) => sum + part.bytes, 0);
}

export function flagsOf(message: Message): string {
  return [
    message.urgent && 'urgent',
    message.envelope.confidential && 'private',
    message.envelope.cut && 'cut',
    message.tier !== 'live' && message.tier,
    message.hold !== undefined && 'held',
  ]
    .filter((one) => one !== false)
    .join(' ');
}

/** For programs; fields keep their names and meaning. The reference is a secret and is not in it. */
export function messageValue(message: Message): Readonly<Record<string, unknown>> {
  const { id, mailbox, state, tier, urgent, expires, heardAt, deletedAt, accessedAt, hold } = message;
  const { kind, from, to, received, confidential, cut, subject, parts, dialled, related, origin } =
    message.envelope;
  return {
    id,
    mailbox,
    kind,
    state,
    tier,
    received,
    from,
    to,
    dialled,
    subject,
    urgent,
    confidential,
    cut,
    expires,
    heardAt,
    deletedAt,
    accessedAt,
    hold,
    network: origin.network,
    related,
    parts: parts.map(({ contentType, bytes, durationMs, pages, name, sha256 }) => ({
      contentType,
      bytes,
      durationMs,
      pages,
      name,
      sha256,
    })),
  };
}
