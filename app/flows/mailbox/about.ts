/** What is said about a message: before it, and when the subscriber asks. */
import { spokenDigits } from '../../core/address/spoken-digits.ts';
import type { E164 } from '../../core/ids.ts';
import { piecesOf } from '../../core/message/heard.ts';
import type { Message } from '../../core/message/message.ts';
import type { MessageKind } from '../../core/profile/class-of-service.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { PromptName } from '../../core/prompt/prompt-name.ts';
import { prompt } from '../flow.ts';
import type { Session } from './session.ts';

const kindNames: Readonly<Record<Exclude<MessageKind, 'voice'>, PromptName>> = {
  fax: 'kind-fax',
  text: 'kind-text',
  email: 'kind-email',
  image: 'kind-image',
  video: 'kind-video',
};

/** Before a message: "Urgent message. A fax. Message from 2 0 2 …, today at nine five. Three pages". */
export async function announcement(session: Session, message: Message): Promise<PlayItem[]> {
  return [
    ...what(message),
    ...(await who(session, message)),
    ...doubt(message),
    when(session, message),
    ...pages(message),
    ...noSound(message),
  ];
}

/** Who left it, when in the subscriber's zone, how long it is, and whether it is saved or deleted. */
export async function details(session: Session, message: Message): Promise<PlayItem[]> {
  const lengthMs = lengthOf(message);
  return [
    ...what(message),
    ...(await who(session, message)),
    ...doubt(message),
    ...(message.envelope.from.attestation === 'A' ? [prompt('caller-id-verified')] : []),
    prompt('received'),
    when(session, message),
    ...(lengthMs > 0 ? [prompt('message-length'), { kind: 'duration', ms: lengthMs } as const] : []),
    ...pages(message),
    ...(message.state === 'saved' ? [prompt('message-kept')] : []),
    ...(message.state === 'deleted' ? [prompt('message-deleted')] : []),
    ...noSound(message),
  ];
}

/** Playing time in milliseconds; 0 if it has none. */
export function lengthOf({ envelope }: Message): number {
  return envelope.parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0);
}

/** The sender's number as digits; empty if there is none that may be said or called. */
export function senderDigits({ envelope }: Message): string {
  const { number, private: hidden } = envelope.from;
  return hidden || number === undefined ? '' : number.replace(/\D/g, '');
}

function what(message: Message): PlayItem[] {
  const { kind } = message.envelope;
  return [
    ...(message.urgent ? [prompt('urgent-message')] : []),
    ...(kind === 'voice' ? [] : [prompt(kindNames[kind])]),
  ];
}

/** How many a fax has. */
function pages({ envelope }: Message): PlayItem[] {
  const value = envelope.parts.reduce((sum, part) => sum + (part.pages ?? 0), 0);
  return envelope.kind === 'fax' && value > 0 ? [{ kind: 'count', value, noun: 'page' }] : [];
}

/**
 * By the name that the sender has spoken, if they have a mailbox here, else by number. Who has none is named where the words
 * of the message are spoken.
 */
async function who({ deps }: Session, message: Message): Promise<PlayItem[]> {
  const { number, name: written, address, private: hidden } = message.envelope.from;
  if (hidden) return [prompt('message-from-private')];
  if (senderDigits(message) === '') {
    const named =
      (written ?? address) !== undefined && piecesOf(message).some(({ kind }) => kind === 'words');
    return named ? [] : [prompt('message-from-unknown')];
  }
  const name = await deps.greetings.nameOf(number as E164);
  const said = spokenDigits(number ?? '', deps.plan.country);
  return [
    prompt('message-from'),
    name === undefined ? { kind: 'digits', digits: said } : { kind: 'stored', media: name },
  ];
}

/** A false number is told of whenever the number is. */
function doubt({ envelope }: Message): PlayItem[] {
  return envelope.from.attestation === 'failed' ? [prompt('caller-id-failed')] : [];
}

function when({ deps, profile }: Session, { envelope }: Message): PlayItem {
  return { kind: 'time', at: envelope.received, now: deps.clock.now(), timeZone: profile.timeZone };
}

function noSound(message: Message): PlayItem[] {
  return piecesOf(message).length > 0 ? [] : [prompt('kind-no-sound')];
}
