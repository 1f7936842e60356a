/** Does what a subscriber asks for by answering a text or mail: play, text, save, delete, call, find, stop, start, help. */
import type { NamedTrunk } from '../core/address/identify.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { DeliveryId, E164 } from '../core/ids.ts';
import { sameAddress } from '../core/mail/address.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import { parseCommand, type Command } from '../core/notification/commands.ts';
import { referencesIn } from '../core/notification/references-in.ts';
import { replyText, type ReplyName } from '../core/notification/replies.ts';
import { smsUnits } from '../core/notification/sms-units.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import { mayBeTexted } from '../core/toll/may-be-texted.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { InboundText } from '../ports/media.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Account } from './account.ts';
import type { Deliveries } from './deliver.ts';
import { findByText } from './find-by-text.ts';
import { inTime } from './in-time.ts';
import { mayAnswer } from './may-answer.ts';
import { findMeant, problem, type Meant } from './meant-message.ts';
import type { Notify } from './notify.ts';
import type { Profiles } from './profile.ts';
import { readTo } from './read-to.ts';
import type { Asker, Retrieval } from './retrieve.ts';
import type { Search } from './search.ts';
import { stopKey } from './text-out.ts';
import type { TollAnswer, Tolls } from './tolls.ts';
import type { Transcripts } from './transcripts.ts';

/** Longer texts with a reference, which are no commands, are not a person’s mistake. In characters. */
const longestCommand = 40;
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
  readonly search: Pick<Search, 'inMailbox'>;
  /** Lets an answer that takes long go on by itself. */
  readonly later: (work: Promise<unknown>) => void;
}

type Addressed = Pick<InboundText, 'network' | 'trunk' | 'to'>;

export interface Commands {
  /** Whether the text went to a number of ours and so is a command, obeyed or not; others are messages. */
  concerns(text: Addressed): boolean;
  /** Idempotent by the text's id. Only the mailbox's own number, on a trusted network, is answered. */
  handle(text: InboundText): Promise<void>;
  /**
   * The same for an answer to a mail of ours, which its token has named: whoever has the token commands what the mail was
   * about, and is answered where the mail went. Of mails to others than the subscriber only STOP and START are obeyed.
   */
  handleMail(reply: MailReply): Promise<'done' | 'not-a-command' | 'not-theirs'>;
  /** Answers a mail of which something did not come about; once in a while with `help`, a few times an hour with each other. */
  tellMail(reply: MailReply, answer: ReplyName): Promise<void>;
}

/** Somebody's answer to a mail of ours. */
export interface MailReply {
  /** Of the answer; the same when it comes again. */
  readonly id: string;
  /** What it asks for: its first line. */
  readonly line: string;
  /** The mail that is answered. */
  readonly notification: Notification;
  readonly mailbox: Mailbox;
}

/** Who asks, by what, and where the answer goes. */
interface Asked extends Meant {
  /** Of what asks; the same when it comes again. */
  readonly id: string;
  readonly from: E164;
  readonly mailbox: Mailbox;
  readonly gateway: GatewayName;
  readonly to: string;
}

/** What a command came to: the answer to send, or silence where a call is the answer. */
type Answer = ReplyName | { readonly transcript: string } | { readonly found: string } | undefined;

export function createCommands(deps: CommandDeps): Commands {
  return {
    concerns: (text) => isToUs(deps, text, deps.plan.parse(text.to, countryOf(deps, text))),
    async handle(text) {
      const from = commander(deps, text);
      if (from === undefined) {
        deps.account.textIn(text, { taken: true });
        return;
      }
      const id = `${text.network}:${text.id}`;
      const key = `text:${id}`;
      // A network may hand a text over twice; a bare SAVE would then be about another message.
      if ((await deps.store.attempts.count(key, deps.clock.now(), replayMs)) > 0) return;
      const mailbox = await deps.store.mailboxes.find(from);
      const command = parseCommand(text.body, deps.texts.vocabulary);
      // Strangers get no answer: a machine on the far side could go on for ever.
      if (mailbox !== undefined) {
        const asked: Asked = {
          id,
          from,
          mailbox,
          gateway: gatewayOf(text),
          to: from,
          received: text.received,
        };
        const answer = isEcho(text.body, command) ? undefined : await obey(deps, asked, command);
        if (answer !== undefined) await reply(deps, asked, answer);
      } else if (command.kind === 'stop' || command.kind === 'start') {
        const told = await mailboxToldOf(deps, from);
        if (told !== undefined) {
          const asked: Asked = { id, from, mailbox: told, gateway: gatewayOf(text), to: from };
          await reply(deps, asked, await wantTexts(deps, from, command.kind));
        }
      }
      await deps.store.attempts.fail(key, deps.clock.now(), replayMs);
      deps.account.textIn(text, {
        taken: true,
        ...(mailbox === undefined ? {} : { accountcode: mailbox.id }),
      });
    },
    handleMail: (mail) => handleMail(deps, mail),
    tellMail: async (mail, answer) => {
      if (answer !== 'help' || (await mayHelp(deps, mail.notification.to)))
        await reply(deps, askedByMail(mail), answer);
    },
  };
}

async function handleMail(
  deps: CommandDeps,
  mail: MailReply,
): Promise<'done' | 'not-a-command' | 'not-theirs'> {
  const { mailbox, notification } = mail;
  const command = parseCommand(mail.line, deps.texts.vocabulary);
  const asked = askedByMail(mail);
  const key = `text:${asked.id}`;
  if ((await deps.store.attempts.count(key, deps.clock.now(), replayMs)) > 0) return 'done';
  const answer = await obeyMail(deps, asked, command, isSubscribers(notification, mailbox));
  if (answer === 'not-a-command' || answer === 'not-theirs') return answer;
  if (answer !== undefined) await reply(deps, asked, answer);
  await deps.store.attempts.fail(key, deps.clock.now(), replayMs);
  return 'done';
}

async function obeyMail(
  deps: CommandDeps,
  asked: Asked,
  command: Command,
  own: boolean,
): Promise<Answer | 'not-a-command' | 'not-theirs'> {
  switch (command.kind) {
    case 'unknown':
    // A letter may begin with that word, and is for the sender.
    case 'find':
      return 'not-a-command';
    // By mail somebody ends mails to that address; texts about the mailbox are another matter.
    case 'stop':
    case 'start':
      await wantTexts(deps, stopKey(asked.to), command.kind);
      return command.kind === 'stop' ? 'mail-stopped' : 'mail-started';
    case 'help':
    case 'play':
    case 'text':
    case 'save':
    case 'delete':
    case 'call':
      return own ? obey(deps, asked, command) : 'not-theirs';
  }
}

function askedByMail({ id, mailbox, notification }: MailReply): Asked {
  const { to, gateway, message, about, body } = notification;
  // Notices have their message as key, and are written from it.
  const meant = about ?? (body === undefined ? message : undefined);
  return {
    id: `email:${id}`,
    from: mailbox.number,
    mailbox,
    gateway,
    to,
    ...(meant === undefined ? {} : { about: meant }),
  };
}

/** Whether a mail went to the subscriber's own address, rather than to others by a rule. */
export function isSubscribers({ to }: Notification, { settings }: Mailbox): boolean {
  return settings.addresses?.email !== undefined && sameAddress(settings.addresses.email, to);
}

/** The number that may command, if the network's word for it can be believed, the text is to us and not from us. */
function commander(deps: CommandDeps, text: InboundText): E164 | undefined {
  const trunk = deps.trunks.find((t) => t.name === text.trunk);
  const from = deps.plan.parse(text.from, trunk?.country);
  const to = deps.plan.parse(text.to, trunk?.country);
  // Ours may come back; short codes and names of firms are no numbers, and answering some numbers costs more than a text.
  if (from === undefined || deps.plan.isAccess(from) || !mayBeTexted(from, deps.plan)) return undefined;
  if (deps.smsNumbers.includes(text.from) || deps.smsNumbers.includes(from)) return undefined;
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

async function obey(deps: CommandDeps, asked: Asked, command: Command): Promise<Answer> {
  const { mailbox, from } = asked;
  // Ending texts is their right all the same.
  if (mailbox.status === 'suspended' && command.kind !== 'stop' && command.kind !== 'start')
    return (await mayHelp(deps, from)) ? 'suspended' : undefined;
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
    case 'find':
      return findByText(deps, mailbox, command.words);
    case 'play':
    case 'text':
    case 'save':
    case 'delete':
    case 'call': {
      const asker: Asker = { key: from, number: from, trusted: true };
      const found = await findMeant(deps, command.reference, asker, asked);
      if (found.kind !== 'open') return problem(found.kind);
      return act(deps, asked, command.kind, found.message);
    }
  }
}

/** STOP ends all texts to the number that sends it, also those that it gets about the mailboxes of others. */
async function wantTexts(deps: CommandDeps, number: string, kind: 'stop' | 'start'): Promise<ReplyName> {
  await deps.store.stops.set(number, kind === 'stop' ? deps.clock.now() : undefined);
  return kind === 'stop' ? 'stopped' : 'started';
}

/** Whose messages a number without a mailbox was last told of: it is a fixed recipient of that mailbox's notices. */
async function mailboxToldOf({ store }: CommandDeps, number: E164): Promise<Mailbox | undefined> {
  const latest = await store.notifications.latestSent(number);
  return latest === undefined ? undefined : store.mailboxes.get(latest.mailbox);
}

/** One unasked help in a while: the far side may be an auto-responder that answers every text. */
async function mayHelp(deps: CommandDeps, from: string): Promise<boolean> {
  return (await deps.store.attempts.fail(`help:${from}`, deps.clock.now(), helpMs)) <= 1;
}

async function act(
  deps: CommandDeps,
  asked: Asked,
  kind: 'play' | 'text' | 'save' | 'delete' | 'call',
  message: Message,
): Promise<Answer> {
  const { from: to, mailbox } = asked;
  const id = `text:${asked.id}` as DeliveryId;
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
      deps.retrieval.accessed(message);
      return readIn(deps, asked, message);
    case 'save':
      await deps.retrieval.save(message);
      return 'saved';
    case 'delete':
      await deps.retrieval.remove(message);
      return 'deleted';
  }
}

/** What was said may have to be written down first: the answer then follows when that is done. */
async function readIn(deps: CommandDeps, asked: Asked, message: Message): Promise<Answer> {
  const { language } = deps.profiles.of(asked.mailbox);
  const reading = readTo(deps, message, { language, signal: AbortSignal.timeout(longestMs) });
  const soon = await inTime(reading, soonMs);
  if (soon !== undefined) return soon;
  deps.later(reading.then((answer) => reply(deps, asked, answer)));
  return undefined;
}

const refusals: Readonly<Record<Exclude<TollAnswer, 'allowed'>, ReplyName>> = {
  denied: 'call-denied',
  'daily-limit': 'call-limit',
  'not-a-number': 'cannot-call',
};

/** Nothing, where the other side may be a machine that would go on for ever. */
async function reply(
  deps: CommandDeps,
  { id, mailbox, gateway, to }: Asked,
  answer: Exclude<Answer, undefined>,
) {
  const kind = typeof answer === 'string' ? answer : 'found' in answer ? 'found' : 'transcript';
  if (!(await mayAnswer(deps, to, kind))) {
    deps.log.info('an answer was left out: there were many of its kind', { answer: kind });
    return;
  }
  const words = deps.texts.wording(deps.profiles.of(mailbox).language);
  const body =
    typeof answer === 'string' ? replyText(answer, { words, access: deps.access }) : textOf(answer, gateway);
  await deps.notify.reply({ to, textId: id, body, gateway, mailbox });
}

/** Commands are shorter than a notice, which is no command and has a reference in it: one of ours comes back. */
function isEcho(body: string, { kind }: Command): boolean {
  return kind === 'unknown' && body.length > longestCommand && referencesIn(body).length > 0;
}

/** An answer goes out where the text came in. */
function gatewayOf({ network, trunk }: InboundText): GatewayName {
  if (network === 'sip') return 'sip';
  return trunk.startsWith('smpp:') ? 'smpp' : 'twilio';
}

function textOf(answer: Exclude<Answer, string | undefined>, gateway: GatewayName): string {
  if ('found' in answer) return answer.found;
  return gateway === 'email' ? answer.transcript : spoken(answer.transcript);
}

/** As much of a transcript as some ten SMS hold. */
function spoken(transcript: string): string {
  const most = smsUnits(transcript).encoding === 'gsm-7' ? 1500 : 660;
  const characters = Array.from(transcript);
  return characters.length <= most ? transcript : `${characters.slice(0, most - 3).join('')}...`;
}
