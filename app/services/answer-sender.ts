/**
 * A subscriber's answer to whoever left a message: into their mailbox if they have one here, by mail to an address, by text to
 * a number.
 */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164, MediaId, MessageId } from '../core/ids.ts';
import { readLocalPart, splitAddress } from '../core/mail/address.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, Origin, Part, Sender } from '../core/message/message.ts';
import type { GatewayName, MessageKind } from '../core/profile/class-of-service.ts';
import { mayBeTexted } from '../core/toll/may-be-texted.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import { ownMedia } from './mail-out.ts';
import type { Notify } from './notify.ts';
import type { Profiles } from './profile.ts';
import type { Sends } from './send.ts';
import type { Tolls } from './tolls.ts';

export interface AnswerDeps {
  readonly sends: Pick<Sends, 'send'>;
  readonly notify: Pick<Notify, 'sendOn'>;
  readonly tolls: Pick<Tolls, 'use'>;
  readonly store: Pick<Store, 'notifications' | 'media'>;
  readonly texts: Texts;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  /** Ours, in lower case; none: no mail goes out. */
  readonly domains: readonly string[];
  /** How words go to numbers; absent: they do not. */
  readonly byText: GatewayName | undefined;
}

export interface Answer {
  /** Of the answer; the same when it comes again. */
  readonly id: string;
  readonly words: string;
  readonly parts: readonly DepositPart[];
  /** All of it as a message has it. */
  readonly whole: readonly DepositPart[];
  readonly kind: MessageKind;
  readonly network: Origin['network'];
  readonly subject?: string | undefined;
  readonly urgent: boolean;
  /** The one that is answered. */
  readonly message: Message;
  readonly mailbox: Mailbox;
}

export type AnswerResult =
  | { readonly kind: 'sent'; readonly to: string }
  | { readonly kind: 'no-sender' | 'full' | 'not-sent' | 'daily-limit' };

export interface Answers {
  /** Whether an answer can reach its sender at all. */
  reaches(message: Message): boolean;
  /** Idempotent by the answer's id. @throws Fault if it is to come again */
  send(answer: Answer): Promise<AnswerResult>;
}

export function createAnswers(deps: AnswerDeps): Answers {
  return {
    reaches: ({ envelope }) => {
      const to = whereTo(deps, envelope.from);
      if (to.kind === 'number') return deps.byText !== undefined && mayBeTexted(to.number, deps.plan);
      return to.kind === 'mailbox' || (to.kind === 'address' && deps.domains.length > 0);
    },
    async send(answer) {
      const to = whereTo(deps, answer.message.envelope.from);
      switch (to.kind) {
        case 'nowhere':
          return { kind: 'no-sender' };
        case 'mailbox':
          return intoMailbox(deps, answer, to.number);
        case 'address':
          return byMail(deps, answer, to.address);
        case 'number':
          return byText(deps, answer, to.number);
      }
    },
  };
}

type Where =
  | { readonly kind: 'mailbox' | 'number'; readonly number: E164 }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'nowhere' };

function whereTo({ plan, domains }: AnswerDeps, from: Sender): Where {
  if (from.private) return { kind: 'nowhere' };
  if (from.address !== undefined) {
    const { local, domain } = splitAddress(from.address);
    const part = readLocalPart(local);
    const number = domains.includes(domain) && part.kind === 'number' ? plan.parse(part.digits) : undefined;
    return number === undefined ? { kind: 'address', address: from.address } : ofNumber(plan, number);
  }
  const number = plan.parse(from.number ?? '');
  return number === undefined ? { kind: 'nowhere' } : ofNumber(plan, number);
}

function ofNumber(plan: NumberPlan, number: E164): Where {
  const served = !plan.isAccess(number) && plan.classOf(number) !== undefined;
  return { kind: served ? 'mailbox' : 'number', number };
}

async function intoMailbox(deps: AnswerDeps, answer: Answer, to: E164): Promise<AnswerResult> {
  const { id, whole, message, mailbox, kind, network, urgent } = answer;
  const sent = await deps.sends.send({
    id: network === 'email' ? `mail:${id}` : id,
    from: mailbox,
    to: [to],
    kind,
    network,
    parts: whole,
    urgent,
    related: message.id,
  });
  if (sent.sent.length > 0) return { kind: 'sent', to };
  return { kind: sent.full.length > 0 ? 'full' : 'not-sent' };
}

async function byMail(deps: AnswerDeps, answer: Answer, to: string): Promise<AnswerResult> {
  const { id, words, message, mailbox } = answer;
  if (deps.domains.length === 0) return { kind: 'not-sent' };
  const key = keyOf(answer);
  if (await isAnswered(deps, key)) return { kind: 'sent', to };
  const parts = await Promise.all(
    answer.parts.map(async (part, i): Promise<Part> => {
      const media = `${ownMedia}${id}/${i}` as MediaId;
      const { sha256 } = await deps.store.media.put(media, part.contentType, part.bytes, mailbox.id);
      return { ...part, media, bytes: part.bytes.length, sha256 };
    }),
  );
  const subject = answer.subject ?? message.envelope.subject;
  await deps.notify.sendOn({
    key,
    mailbox,
    gateway: 'email',
    to,
    body: words,
    about: message.id,
    ...(subject === undefined ? {} : { subject }),
    ...(parts.length === 0 ? {} : { parts }),
  });
  return { kind: 'sent', to };
}

/** A text costs as a call does: what the toll table lets nobody call, nobody writes to. */
async function byText(deps: AnswerDeps, answer: Answer, to: E164): Promise<AnswerResult> {
  const { words, message, mailbox } = answer;
  if (deps.byText === undefined || words === '' || !mayBeTexted(to, deps.plan)) return { kind: 'not-sent' };
  const key = keyOf(answer);
  if (await isAnswered(deps, key)) return { kind: 'sent', to };
  const toll = await deps.tolls.use(mailbox, to);
  if (toll !== 'allowed') return { kind: toll === 'daily-limit' ? 'daily-limit' : 'not-sent' };
  const wording = deps.texts.wording(deps.profiles.of(mailbox).language);
  const caller = mailbox.number;
  const body = wording.text('mail-by-text', { caller, words: Array.from(words).slice(0, 1000).join('') });
  await deps.notify.sendOn({ key, mailbox, gateway: deps.byText, to, body, about: message.id });
  return { kind: 'sent', to };
}

/** What an answer goes out under, however often it comes. */
function keyOf({ id }: Answer): string {
  return `answer:${id}`;
}

/** Then nothing is kept for it anew, and nothing counted: it went out, is on the way, or was given up. */
async function isAnswered({ store }: AnswerDeps, key: string): Promise<boolean> {
  return (await store.notifications.about(key as MessageId)).length > 0;
}
