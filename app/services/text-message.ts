/** Makes a message of a text that somebody sent to a subscriber's number: the mailbox comes into being with it if need be. */
import { safeDisplay } from '../core/address/name-addr.ts';
import type { NamedTrunk } from '../core/address/identify.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Omitted, Sender } from '../core/message/message.ts';
import { replyText } from '../core/notification/replies.ts';
import { bytesOfText } from '../core/message/text-part.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { InboundText } from '../ports/media.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Account } from './account.ts';
import type { Deposits } from './deposit.ts';
import { depositAllowed, type DepositAllowance } from './deposit-limits.ts';
import { findIfKnown, judgeComing, sizeOfParts } from './mailbox-room.ts';
import { mayAnswer } from './may-answer.ts';
import type { Notify } from './notify.ts';
import type { Profiles } from './profile.ts';
import { isReturnedNotice } from './returned-notice.ts';
import type { TextMedia } from './text-media.ts';

/** So long after a text that was one too many nothing is said of the next, in milliseconds. */
const oftenMs = 3_600_000;

export interface TextMessageDeps {
  readonly deposits: Pick<Deposits, 'take'>;
  readonly allowance: DepositAllowance;
  readonly account: Pick<Account, 'textIn'>;
  readonly store: Pick<Store, 'mailboxes' | 'messages' | 'attempts' | 'usage'>;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly trunks: readonly NamedTrunk[];
  readonly clock: Clock;
  readonly log: Log;
  /** Numbers and names that texts of ours come from, besides the access numbers. */
  readonly ownNumbers: readonly string[];
  /** Tells senders who are subscribers what became of their texts. */
  readonly notify: Pick<Notify, 'reply'>;
  readonly texts: Pick<Texts, 'wording'>;
  readonly access: E164;
}

export type TextResult = 'message' | 'duplicate' | 'spooled' | 'refused' | 'too-many';

export interface TextMessages {
  /** Whether it would be refused before anything is fetched that it names. */
  refuses(text: InboundText): Promise<boolean>;
  /**
   * Idempotent by the text's id. Resolved = safe in the store or on this disk, or never to be a message: to a number that
   * is not served, from us, empty, or for a mailbox that is full or suspended. `too-many`: refused because many came in a time, and
   * the first of them, so that the sender is to hear of it; of those after it nothing is said.
   * @param media what was fetched of that which came with it
   * @throws Fault if neither store nor disk could take it: the network must try again.
   */
  take(text: InboundText, media?: TextMedia): Promise<TextResult>;
}

export function createTextMessages(deps: TextMessageDeps): TextMessages {
  return {
    async refuses(text) {
      const refused = typeof (await judge(deps, text)) === 'string';
      if (refused) deps.account.textIn(text, { taken: false });
      return refused;
    },
    async take(text, media) {
      const { parts, cut } = partsOf(text, media);
      const target = await judge(deps, text, parts);
      if (target === 'full') await tellSender(deps, text, 'text-full');
      if (typeof target === 'string') {
        deps.account.textIn(text, { taken: false });
        return 'refused';
      }
      const { to, number, classOfService } = target;
      const [first, ...more] = parts;
      const from = senderOf(text.from, number);
      const kind = kindOf(media);
      const leave = await deps.allowance.take({ ...target, kind, from, trusted: isBelieved(deps, text) });
      if (leave.kind === 'too-many') {
        // Of a try whose answer did not arrive it is here already.
        if ((await deps.store.messages.byOrigin(text.network, text.id)) !== undefined) return 'duplicate';
        deps.account.textIn(text, { taken: false });
        return refuseMany(deps, text, to);
      }
      const omitted = [...(text.omitted ?? lostBody(text)), ...(media?.omitted ?? [])];
      const result = await depositAllowed(leave, async () => {
        const quiet = await isReturnedNotice(deps, { from: number, to, body: text.body });
        return deps.deposits.take({
          draft: {
            kind,
            origin: { network: text.network, id: text.id },
            from,
            to,
            received: text.received ?? deps.clock.now(),
            urgent: text.urgent === true,
            confidential: false,
            cut: cut || text.truncated,
            ...(omitted.length === 0 ? {} : { omitted }),
          },
          ...first,
          ...(more.length === 0 ? {} : { more }),
          classOfService,
          ...(quiet ? { quiet } : {}),
        });
      });
      const accountcode = result.kind === 'spooled' ? '' : result.message.mailbox;
      deps.account.textIn(text, { taken: true, accountcode });
      if (result.kind !== 'stored') return result.kind;
      if (lostBody(text).length > 0) await tellSender(deps, text, 'too-long');
      return 'message';
    },
  };
}

/** Of many in a row the first is answered. */
async function refuseMany(deps: TextMessageDeps, text: InboundText, to: E164): Promise<TextResult> {
  const key = `too-many:${text.from.slice(0, 64)}:${to}`;
  if ((await deps.store.attempts.fail(key, deps.clock.now(), oftenMs)) > 1) return 'refused';
  await tellSender(deps, text, 'text-too-many');
  return 'too-many';
}

/** Whether the network's word for the sender can be believed. */
function isBelieved({ trunks }: TextMessageDeps, { network, trunk, registered }: InboundText): boolean {
  return (
    network === 'sip' && (registered === true || trunks.find(({ name }) => name === trunk)?.trusted === true)
  );
}

/**
 * The network said that the text was taken. Only who is known to be the sender, and has a mailbox here, is told that it was
 * not: what others say of themselves would send texts to whomever they like.
 */
async function tellSender(
  deps: TextMessageDeps,
  text: InboundText,
  what: 'too-long' | 'text-full' | 'text-too-many',
): Promise<void> {
  const number = deps.plan.parse(text.from, countryOf(deps, text));
  if (number === undefined || !isBelieved(deps, text)) return;
  const mailbox = await findIfKnown(deps, number);
  if (mailbox === undefined || mailbox.textsStopped !== undefined) return;
  if (!(await mayAnswer(deps, number, what))) return;
  const words = deps.texts.wording(deps.profiles.of(mailbox).language);
  const body = replyText(what, { words, access: deps.access });
  const textId = `${text.network}:${text.id}`;
  await deps.notify.reply({ to: number, textId, body, gateway: 'sip', mailbox });
}

interface Target {
  readonly to: E164;
  /** The sender's, where it is a number. */
  readonly number: E164 | undefined;
  /** Of a mailbox that the message makes. */
  readonly classOfService: string;
  readonly mailbox: Mailbox | undefined;
}

/** @param parts what it would be kept as, once that is known */
async function judge(
  deps: TextMessageDeps,
  text: InboundText,
  parts?: readonly DepositPart[],
): Promise<Target | 'refused' | 'full'> {
  const { plan, log } = deps;
  const refused = (why: string): 'refused' => {
    log.info('a text made no message', { why, network: text.network, trunk: text.trunk });
    return 'refused';
  };
  const country = countryOf(deps, text);
  const to = plan.parse(text.to, country);
  const classOfService = to === undefined || plan.isAccess(to) ? undefined : plan.classOf(to);
  if (to === undefined || classOfService === undefined) return refused('not served');
  const number = plan.parse(text.from, country);
  // A notice of ours that a network brings back would be the cause of the next one, for ever.
  if (isOurs(deps, text.from) || (number !== undefined && isOurs(deps, number)))
    return refused('from our own number');
  if (text.body.trim() === '' && !text.truncated && (text.media ?? []).length === 0) return refused('empty');
  const mailbox = await findIfKnown(deps, to);
  const coming = {
    urgent: text.urgent === true,
    size: parts === undefined ? undefined : sizeOfParts(parts),
  };
  const verdict = judgeComing(deps, mailbox, classOfService, coming);
  if (verdict === 'suspended') return refused('mailbox suspended');
  if (verdict !== 'fits') {
    // It may be this very text that filled it, in a try whose answer did not arrive.
    if ((await deps.store.messages.byOrigin(text.network, text.id)) !== undefined)
      return { to, number, classOfService, mailbox };
    refused('mailbox full');
    return 'full';
  }
  return { to, number, classOfService, mailbox };
}

function countryOf({ trunks }: TextMessageDeps, text: InboundText): string | undefined {
  return trunks.find(({ name }) => name === text.trunk)?.country;
}

/** A text is what moves in it, else what is seen, else what is heard, else its words. */
function kindOf(media: TextMedia | undefined): 'text' | 'image' | 'video' | 'voice' {
  const has = (family: string): boolean =>
    media?.parts.some(({ contentType }) => contentType.startsWith(`${family}/`)) === true;
  if (has('video')) return 'video';
  if (has('image')) return 'image';
  return has('audio') ? 'voice' : 'text';
}

/** What its kind is about comes first, so that it is played and shown first; a text without words has an empty part. */
function partsOf(
  { body }: InboundText,
  media: TextMedia | undefined,
): { readonly parts: [DepositPart, ...DepositPart[]]; readonly cut: boolean } {
  const { bytes, cut } = bytesOfText(body);
  const words = { contentType: 'text/plain; charset=utf-8', bytes };
  const kind = kindOf(media);
  const family = kind === 'voice' ? 'audio/' : `${kind}/`;
  const own = (part: DepositPart): boolean => kind !== 'text' && part.contentType.startsWith(family);
  const [first, ...others] = (media?.parts ?? []).toSorted((a, b) => Number(own(b)) - Number(own(a)));
  if (first === undefined) return { parts: [words], cut };
  const wordless = body.trim() === '';
  if (kind === 'text') return { parts: [words, first, ...others], cut };
  return { parts: [first, ...(wordless ? [] : [words]), ...others], cut };
}

/** A switch that cannot take a long text hands over none of it. */
function lostBody({ body, truncated }: InboundText): readonly Omitted[] {
  return truncated && body === '' ? [{ why: 'too-large', contentType: 'text/plain' }] : [];
}

function isOurs({ plan, ownNumbers }: TextMessageDeps, from: string): boolean {
  return plan.isAccess(from as E164) || ownNumbers.includes(from);
}

/** Words that networks put where there is no sender. */
const nobody = /^(anonymous|unknown|restricted|unavailable|private|asterisk|invalid)?$/i;

/** A number, or what stands in its place: short codes, names of firms. */
function senderOf(from: string, number: E164 | undefined): Sender {
  if (number !== undefined) return { number, private: false };
  const name = safeDisplay(from);
  return nobody.test(name) ? { private: false } : { name, private: false };
}
