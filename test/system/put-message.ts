import { randomInt, randomUUID } from 'node:crypto';
import type { E164, MailboxId, MediaId, MessageId } from '../../app/core/ids.ts';
import type { Message, MessageState, Part, Sender } from '../../app/core/message/message.ts';
import type { MessageKind } from '../../app/core/profile/class-of-service.ts';
import { makeReference } from '../../app/core/reference/reference.ts';
import type { System } from './system.ts';

export interface Put {
  /** Default: voice. */
  readonly kind?: MessageKind;
  /** µ-law; of voice. */
  readonly sound?: Uint8Array;
  /** What is written in it. */
  readonly words?: string;
  /** What it is, where it is neither sound nor words. */
  readonly part?: { readonly contentType: string; readonly bytes: Uint8Array; readonly pages?: number };
  readonly subject?: string;
  /** Who sent it, instead of a number. */
  readonly sender?: Sender;
  readonly from?: string;
  readonly urgent?: boolean;
  readonly state?: MessageState;
  /** Default: now. */
  readonly received?: Date;
}

/** Puts a message into a mailbox as if it had been left: kinds that no telephone leaves, and many soon. */
export async function putMessage(system: System, to: string, put: Put = {}): Promise<Message> {
  const { store } = system;
  const { kind = 'voice', from = '+12025550123', urgent = false, state = 'new' } = put;
  const received = put.received ?? new Date();
  const id = randomUUID() as MessageId;
  const { contentType, bytes, ...facts } = partOf(put);
  const media = `test-${id}` as MediaId;
  const [{ sha256 }, { mailbox }] = await Promise.all([
    store.media.put(media, contentType, bytes, 'owner' as never),
    store.mailboxes.findOrCreate({
      id: randomUUID() as MailboxId,
      number: to as E164,
      origin: 'provisioned',
      classOfService: 'standard',
      created: received,
    }),
  ]);
  const day = 86_400_000;
  const message: Message = {
    id,
    mailbox: mailbox.id,
    reference: makeReference(String(randomInt(100_000_000, 999_999_999))),
    referenceExpires: new Date(Date.now() + day),
    envelope: {
      id,
      kind,
      origin: { network: 'sip', id },
      from: put.sender ?? { number: from, private: false },
      ...(put.subject === undefined ? {} : { subject: put.subject }),
      to: to as E164,
      received,
      urgent,
      confidential: false,
      cut: false,
      parts: [
        {
          media,
          contentType,
          bytes: bytes.length,
          sha256,
          ...facts,
        },
      ],
    },
    urgent,
    state,
    tier: 'live',
    version: 1,
    expires: new Date(Date.now() + day),
    ...(state === 'deleted' ? { deletedAt: new Date() } : {}),
    ...(put.words === undefined ? {} : { transcript: put.words }),
    pending: [],
  };
  const result = await store.messages.insert(message);
  if (result.kind !== 'inserted') throw new Error(`the message was not put in: ${result.kind}`);
  await store.mailboxes.recount(mailbox.id);
  return message;
}

function partOf({ sound, words, part }: Put): Pick<Part, 'contentType' | 'durationMs' | 'pages'> & {
  readonly bytes: Uint8Array;
} {
  if (part !== undefined) return part;
  if (words !== undefined) return { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(words) };
  if (sound === undefined)
    return { contentType: 'application/octet-stream', bytes: Buffer.from('not to be heard') };
  return { contentType: 'audio/PCMU', bytes: sound, durationMs: Math.round(sound.length / 8) };
}
