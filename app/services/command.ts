/** Does what a subscriber asks for by answering a text: play, text, save, delete, call, stop, start, help. */
import type { NamedTrunk } from '../core/address/identify.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { DeliveryId, E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import { Fault, isTemporary } from '../core/errors.ts';
import { parseCommand, type Command } from '../core/notification/commands.ts';
import { replyText, type ReplyName } from '../core/notification/replies.ts';
import { smsUnits } from '../core/notification/sms-units.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { ConvertOptions } from '../ports/convert.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { InboundText } from '../ports/media.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Account } from './account.ts';
import type { Deliveries } from './deliver.ts';
import { inTime } from './in-time.ts';
import type { Notify } from './notify.ts';
import type { Profiles } from './profile.ts';
import type { Asker, OpenResult, Retrieval } from './retrieve.ts';
import type { TollAnswer, Tolls } from './tolls.ts';
import type { Transcripts } from './transcripts.ts';

/** For so long the same text counts as handled, in milliseconds. */
const replayMs = 86_400_000;
/** So long it is waited for words that must be written down first, and so long they may take in all, in milliseconds. */
const soonMs = 4000;
const longestMs = 5 * 60_000;
/** Time between two unasked helps, in milliseconds. */
const helpMs = 10 * 60_000;

export interface CommandDeps {
  readonly store: Store;
  readonly retrieval: Retrieval;
  readonly deliveries: Pick<Deliveries, 'request'>;
  readonly notify: Pick<Notify, 'reply'>;
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly account: Account;
  readonly plan: NumberPlan;
  readonly trunks: readonly NamedTrunk[];
  readonly clock: Clock;
  readonly log: Log;
  readonly access: E164;
  /** Numbers and short codes that texts over SMS come from and are answered to, where they are not access numbers. */
  readonly smsNumbers: readonly string[];
  readonly tolls: Pick<Tolls, 'may' | 'refused'>;
  readonly transcripts: Pick<Transcripts, 'read'>;
  /** Lets an answer that takes long go on by itself. */
  readonly later: (work: Promise<unknown>) => void;
}

type Addressed = Pick<InboundText, 'network' | 'trunk' | 'to'>;

export interface Commands {
  /** Whether the text went to a number of ours and so is a command, obeyed or not; others are messages. */
  concerns(text: Addressed): boolean;
  /** Idempotent by the text's id. Only the mailbox's own number, on a trusted network, is answered. */
  handle(text: InboundText): Promise<void>;
}

/** What a command came to: the answer to send, or silence where a call is the answer. */
type Answer = ReplyName | { readonly transcript: string } | undefined;

export function createCommands(deps: CommandDeps): Commands {
  return {
    concerns: (text) => isToUs(deps, text, deps.plan.parse(text.to, countryOf(deps, text))),
    async handle(text) {
      const from = commander(deps, text);
      if (from === undefined) {
        record(deps, text);
        return;
      }
      const key = `text:${text.network}:${text.id}`;
      // A network may hand a text over twice; a bare SAVE would then be about another message.
      if ((await deps.store.attempts.count(key, deps.clock.now(), replayMs)) > 0) return;
      const mailbox = await deps.store.mailboxes.find(from);
      const command = parseCommand(text.body, deps.texts.vocabulary);
      // Strangers get no answer: a machine on the far side could go on for ever.
      if (mailbox !== undefined) {
        const answer = await obey(deps, text, command, { from, mailbox });
        if (answer !== undefined) await reply(deps, text, mailbox, from, answer);
      } else if (command.kind === 'stop' || command.kind === 'start') {
        const told = await mailboxToldOf(deps, from);
        if (told !== undefined)
          await reply(deps, text, told, from, await wantTexts(deps, from, command.kind));
      }
      await deps.store.attempts.fail(key, deps.clock.now(), replayMs);
      record(deps, text);
    },
  };
}

/** The number that may command, if the network's word for it can be believed, the text is to us and not from us. */
function commander(deps: CommandDeps, text: InboundText): E164 | undefined {
  const trunk = deps.trunks.find((t) => t.name === text.trunk);
  const from = deps.plan.parse(text.from, trunk?.country);
  const to = deps.plan.parse(text.to, trunk?.country);
  if (from === undefined || deps.plan.isAccess(from)) return undefined;
  const trusted = text.network === 'sms' || text.registered === true || trunk?.trusted === true;
  return isToUs(deps, text, to) && trusted ? from : undefined;
}

function countryOf(deps: CommandDeps, text: Pick<InboundText, 'trunk'>): string | undefined {
  return deps.trunks.find((trunk) => trunk.name === text.trunk)?.country;
}

function isToUs({ plan, smsNumbers }: CommandDeps, text: Addressed, to: E164 | undefined): boolean {
  if (to !== undefined && plan.isAccess(to)) return true;
  return text.network === 'sms' && (smsNumbers.includes(text.to) || smsNumbers.includes(to ?? ''));
}

interface Subject {
  readonly from: E164;
  readonly mailbox: Mailbox;
}

async function obey(
  deps: CommandDeps,
  text: InboundText,
  command: Command,
  subject: Subject,
): Promise<Answer> {
  const { mailbox, from } = subject;
  switch (command.kind) {
    case 'help':
      return 'help';
    case 'unknown':
      return (await mayHelp(deps, from)) ? 'help' : undefined;
    case 'stop':
    case 'start':
      await deps.store.mailboxes.stopTexts(
        mailbox.id,
        command.kind === 'stop' ? deps.clock.now() : undefined,
      );
      return wantTexts(deps, from, command.kind);
    case 'play':
    case 'text':
    case 'save':
    case 'delete':
    case 'call': {
      const found = await findMessage(deps, command.reference, { key: from, number: from, trusted: true });
      if (found.kind !== 'open') return problem(found.kind);
      return act(deps, text, command.kind, found.message, subject);
    }
  }
}

/** STOP ends all texts to the number that sends it, also those that it gets about the mailboxes of others. */
async function wantTexts(deps: CommandDeps, number: E164, kind: 'stop' | 'start'): Promise<ReplyName> {
  await deps.store.stops.set(number, kind === 'stop' ? deps.clock.now() : undefined);
  return kind === 'stop' ? 'stopped' : 'started';
}

/** Whose messages a number without a mailbox was last told of: it is a fixed recipient of that mailbox's notices. */
async function mailboxToldOf({ store }: CommandDeps, number: E164): Promise<Mailbox | undefined> {
  const latest = await store.notifications.latestSent(number);
  return latest === undefined ? undefined : store.mailboxes.get(latest.mailbox);
}

/** One unasked help in a while: the far side may be an auto-responder that answers every text. */
async function mayHelp(deps: CommandDeps, from: E164): Promise<boolean> {
  return (await deps.store.attempts.fail(`help:${from}`, deps.clock.now(), helpMs)) <= 1;
}

async function act(
  deps: CommandDeps,
  text: InboundText,
  kind: 'play' | 'text' | 'save' | 'delete' | 'call',
  message: Message,
  { from: to, mailbox }: Subject,
): Promise<Answer> {
  const id = `text:${text.network}:${text.id}` as DeliveryId;
  switch (kind) {
    case 'play':
      await deps.deliveries.request({ id, message: message.id, purpose: 'play', to });
      return undefined;
    case 'call': {
      const sender = message.envelope.from;
      const number = sender.private ? undefined : deps.plan.parse(sender.number ?? '');
      if (number === undefined) return 'cannot-call';
      const toll = await deps.tolls.may(mailbox, number);
      if (toll !== 'allowed') {
        deps.tolls.refused(mailbox, number, toll);
        return refusals[toll];
      }
      await deps.deliveries.request({ id, message: message.id, purpose: 'call-sender', to });
      return undefined;
    }
    case 'text':
      return readIn(deps, text, message, { from: to, mailbox });
    case 'save':
      await deps.retrieval.save(message);
      return 'saved';
    case 'delete':
      await deps.retrieval.remove(message);
      return 'deleted';
  }
}

/** What was said may have to be written down first: the answer then follows when that is done. */
async function readIn(
  deps: CommandDeps,
  text: InboundText,
  message: Message,
  { from, mailbox }: Subject,
): Promise<Answer> {
  const { language } = deps.profiles.of(mailbox);
  const reading = read(deps, message, { language, signal: AbortSignal.timeout(longestMs) });
  const soon = await inTime(reading, soonMs);
  if (soon !== undefined) return soon;
  deps.later(reading.then((answer) => reply(deps, text, mailbox, from, answer)));
  return undefined;
}

/** @throws Fault if the store is away */
async function read(
  { transcripts, log }: CommandDeps,
  message: Message,
  options: ConvertOptions,
): Promise<Exclude<Answer, undefined>> {
  try {
    const words = await transcripts.read(message, options);
    return words === undefined ? 'no-transcript' : { transcript: words };
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('store-')) throw error;
    log.warn('a message could not be read to its subscriber', { error, message: message.id });
    return isTemporary(error) ? 'try-later' : 'no-transcript';
  }
}

const refusals: Readonly<Record<Exclude<TollAnswer, 'allowed'>, ReplyName>> = {
  denied: 'call-denied',
  'daily-limit': 'call-limit',
  'not-a-number': 'cannot-call',
};

/** The message named by reference, or the one that the latest notice to this number was about. */
async function findMessage(
  deps: CommandDeps,
  reference: string | undefined,
  asker: Asker,
): Promise<OpenResult | { readonly kind: 'none' }> {
  if (reference !== undefined) return deps.retrieval.open(reference, asker);
  const notice =
    asker.number === undefined ? undefined : await deps.store.notifications.latestSent(asker.number);
  const message =
    notice === undefined ? undefined : await deps.store.messages.get(notice.about ?? notice.message);
  if (message === undefined) return { kind: 'none' };
  return deps.retrieval.open(message.reference, asker);
}

function problem(kind: Exclude<OpenResult['kind'], 'open'> | 'none'): ReplyName {
  switch (kind) {
    case 'none':
      return 'no-message';
    case 'expired':
      return 'expired';
    case 'deleted':
      return 'already-deleted';
    case 'locked':
      return 'locked';
    case 'wrong':
    case 'not-yours':
      return 'unknown-reference';
  }
}

async function reply(
  deps: CommandDeps,
  text: InboundText,
  mailbox: Mailbox,
  to: E164,
  answer: Exclude<Answer, undefined>,
) {
  const words = deps.texts.wording(deps.profiles.of(mailbox).language);
  const body =
    typeof answer === 'string'
      ? replyText(answer, { words, access: deps.access })
      : spoken(answer.transcript);
  const gateway = gatewayOf(text);
  await deps.notify.reply({ to, textId: `${text.network}:${text.id}`, body, gateway, mailbox });
}

/** An answer goes out where the text came in. */
function gatewayOf({ network, trunk }: InboundText): GatewayName {
  if (network === 'sip') return 'sip';
  return trunk.startsWith('smpp:') ? 'smpp' : 'twilio';
}

/** As much of a transcript as some ten SMS hold. */
function spoken(transcript: string): string {
  const most = smsUnits(transcript).encoding === 'gsm-7' ? 1500 : 660;
  const characters = Array.from(transcript);
  return characters.length <= most ? transcript : `${characters.slice(0, most - 3).join('')}...`;
}

function record(deps: CommandDeps, text: InboundText): void {
  const at = deps.clock.now();
  deps.account.event({
    event: 'text-in',
    direction: 'inbound',
    src: text.from,
    dst: text.to,
    clid: text.from,
    channel: text.trunk,
    dcontext: text.network,
    lastapp: 'text',
    start: at,
    end: at,
    duration: 0,
    billsec: 0,
    disposition: 'ANSWERED',
    uniqueid: text.id,
    linkedid: text.id,
    accountcode: '',
  });
}
