/**
 * Takes mail in: to a subscriber's number it is a message, whose mailbox comes into being with it if need be; to the address
 * that a mail of ours asked answers to, it is an answer; to the address that reports about it go to, a report.
 */
import { cdrTimes } from '../core/account/cdr-times.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import { Fault, isTemporary } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import { readLocalPart, sameAddress, splitAddress } from '../core/mail/address.ts';
import { kindOfMail } from '../core/mail/kind.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Coming } from '../core/mailbox/room.ts';
import type { Sender } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { InboundMail, MailIntake, RecipientVerdict } from '../ports/mail.ts';
import type { Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import type { Deposits } from './deposit.ts';
import { depositAllowed, type DepositAllowance } from './deposit-limits.ts';
import { partsOf } from './mail-parts.ts';
import { findIfKnown, judgeComing, sizeOfParts } from './mailbox-room.ts';
import type { MailReplies } from './mail-reply.ts';
import type { Profiles } from './profile.ts';

export interface MailInDeps {
  readonly deposits: Pick<Deposits, 'take'>;
  readonly allowance: DepositAllowance;
  readonly store: Pick<Store, 'mailboxes' | 'messages' | 'notifications'>;
  readonly account: Pick<Account, 'event'>;
  readonly replies: MailReplies;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly clock: Clock;
  readonly log: Log;
  /** In lower case; mails of ours are from the first. */
  readonly domains: readonly string[];
  /** Numbers of other local parts, in lower case, as `postmaster`. */
  readonly names: Readonly<Record<string, string>>;
  /** Mail to `number@` this domain is faxed. */
  readonly faxDomain?: string | undefined;
  readonly fax?: MailToFax | undefined;
}

/** Takes mails that are to be faxed. */
export interface MailToFax {
  /** @param digits a number as it was written, digits with or without a plus; @param sender MAIL FROM */
  recipient(digits: string, sender: string): Promise<RecipientVerdict>;
  /** Resolved = it is safe. The same mail can come again. @throws Fault */
  take(mail: InboundMail, digits: string): Promise<void>;
}

interface Working extends MailInDeps {
  readonly recalled: Recalled;
}

type Target =
  | { readonly kind: 'mailbox'; readonly number: E164; readonly classOfService: string }
  | { readonly kind: 'reply' | 'bounce'; readonly token: string }
  | { readonly kind: 'fax'; readonly digits: string; readonly fax: MailToFax }
  | { readonly kind: 'unknown' | 'not-ours' };

/** So long a mailbox that was looked up for a recipient serves for the mail that follows, in milliseconds. */
const recalledMs = 30_000;
const mostRecalled = 1000;

/** Mailboxes by the number of a recipient, as they were found before the content came; `undefined` = there was none. */
type Recalled = Map<E164, { readonly mailbox: Mailbox | undefined; readonly until: number }>;

export function createMailIntake(given: MailInDeps): MailIntake {
  const deps: Working = { ...given, recalled: new Map() };
  return {
    recipient: (address, sender, size) => judge(deps, targetOf(deps, address), sender, size),
    async take(mail, recipients) {
      const failures: unknown[] = [];
      const seen = new Set<string>();
      for (const address of recipients) {
        const target = targetOf(deps, address);
        const key = target.kind === 'mailbox' ? target.number : address.toLowerCase();
        if (seen.has(key)) continue;
        seen.add(key);
        // One that fails does not keep the others from having it: it comes again, and they have it then.
        await takeFor(deps, mail, target).then(
          () => record(deps, mail, target, key),
          (error: unknown) => failures.push(error),
        );
      }
      if (failures.length > 0) throw failures.find(isTemporary) ?? failures[0];
    },
  };
}

function targetOf(deps: MailInDeps, address: string): Target {
  const { local, domain } = splitAddress(address);
  const part = readLocalPart(local);
  if (domain === deps.faxDomain) {
    if (part.kind !== 'number' || deps.fax === undefined) return { kind: 'unknown' };
    return { kind: 'fax', digits: part.digits, fax: deps.fax };
  }
  // `postmaster` may stand without a domain (RFC 5321, section 4.5.1).
  if (address.includes('@') && !deps.domains.includes(domain)) return { kind: 'not-ours' };
  switch (part.kind) {
    case 'reply':
    case 'bounce':
      return part;
    case 'number':
      return served(deps, part.digits);
    case 'name': {
      const name = part.name === '' ? address.toLowerCase() : part.name;
      const number = Object.hasOwn(deps.names, name) ? deps.names[name] : undefined;
      return number === undefined ? { kind: 'unknown' } : served(deps, number);
    }
  }
}

/** A number as it is written nationally, or E.164 with or without its plus. */
function served({ plan }: MailInDeps, digits: string): Target {
  for (const written of [digits, `+${digits}`]) {
    const number = plan.parse(written);
    const classOfService = number === undefined || plan.isAccess(number) ? undefined : plan.classOf(number);
    if (number !== undefined && classOfService !== undefined)
      return { kind: 'mailbox', number, classOfService };
  }
  return { kind: 'unknown' };
}

async function judge(
  deps: Working,
  target: Target,
  sender: string,
  size: number | undefined,
): Promise<RecipientVerdict> {
  switch (target.kind) {
    case 'unknown':
    case 'not-ours':
      return target.kind;
    case 'fax':
      return target.fax.recipient(target.digits, sender);
    case 'reply':
      return (await deps.store.notifications.byToken(target.token)) === undefined ? 'unknown' : 'taken';
    // Also about mails that are forgotten: a report that is refused makes another at the far side.
    case 'bounce':
      return sender === '' ? 'taken' : 'reports-only';
    case 'mailbox': {
      const mailbox = await findIfKnown(deps, target.number);
      recall(deps, target.number, mailbox);
      // Whether it is urgent is not known before its content comes.
      const coming = { urgent: true, size: size === undefined ? undefined : leastSize(size) };
      const verdict = judgeComing(deps, mailbox, target.classOfService, coming);
      return verdict === 'fits' ? 'taken' : verdict;
    }
  }
}

/** What is certainly kept of a mail that says how large it is: base64 takes 4 bytes for 3, and some lines are headers. */
function leastSize(size: number): Coming['size'] {
  return { bytes: Math.floor(size / 2), seconds: 0 };
}

async function takeFor(deps: Working, mail: InboundMail, target: Target): Promise<void> {
  switch (target.kind) {
    case 'unknown':
    case 'not-ours':
      return;
    case 'bounce':
      return report(deps, mail, target.token);
    case 'fax':
      return target.fax.take(mail, target.digits);
    case 'reply':
      if (mail.automatic === 'no') return deps.replies.take(mail, target.token);
      deps.log.info('a machine answered a mail', { automatic: mail.automatic });
      return;
    case 'mailbox':
      // A notice that comes back here would be the cause of the next one, for ever.
      if (mail.loops.some((domain) => deps.domains.includes(domain)) && mail.automatic !== 'no')
        deps.log.info('a mail made no message', { why: 'a notice of ours' });
      else await deposit(deps, mail, target);
  }
}

function record({ account, clock }: MailInDeps, mail: InboundMail, target: Target, to: string): void {
  if (target.kind === 'unknown' || target.kind === 'not-ours') return;
  const at = clock.now();
  const from = mail.from?.address ?? mail.sender;
  account.event(
    {
      event: 'email-in',
      direction: 'inbound',
      src: from,
      dst: to,
      clid: from,
      channel: 'email',
      dcontext: 'email',
      lastapp: target.kind === 'mailbox' ? 'deposit' : target.kind,
      ...cdrTimes(at, at, at),
      uniqueid: mail.id,
      linkedid: mail.id,
      accountcode: '',
      bytes: mail.parts.reduce((sum, part) => sum + part.bytes.length, mail.words.length),
    },
    `email-in:${mail.id}:${to}`,
  );
}

/** What became of a mail of ours at its own server. */
async function report({ store, log }: MailInDeps, mail: InboundMail, token: string): Promise<void> {
  const notification = await store.notifications.byToken(token);
  const { action, status } = mail.report ?? {};
  if (notification === undefined || action === undefined || action === 'delayed') return;
  const { gateway, providerId, id } = notification;
  if (action === 'failed') log.info('a mail was returned', { notification: id, status });
  if (providerId !== undefined) await store.notifications.report(gateway, providerId, action, status);
  else if (action === 'failed') await store.notifications.failed(id, undefined, status ?? 'it was returned');
}

async function deposit(
  deps: Working,
  mail: InboundMail,
  { number, classOfService }: Extract<Target, { kind: 'mailbox' }>,
): Promise<void> {
  const known = deps.recalled.get(number);
  const fresh = known !== undefined && known.until > deps.clock.now().getTime();
  const mailbox = fresh ? known.mailbox : await findIfKnown(deps, number);
  const [first, ...more] = partsOf(mail);
  const origin = { network: 'email', id: `${mail.id}~${mailbox?.number ?? number}` } as const;
  const coming = { urgent: mail.urgent, size: sizeOfParts([first, ...more]) };
  const verdict = judgeComing(deps, mailbox, classOfService, coming);
  // It may be this very mail that filled it, in a try whose answer did not arrive.
  // A mailbox may be suspended once its recipient was taken: such a mail is the last.
  if (
    verdict !== 'fits' &&
    verdict !== 'suspended' &&
    (await deps.store.messages.byOrigin(origin.network, origin.id)) === undefined
  )
    throw noRoom(verdict);
  const kind = kindOfMail({
    ...(mail.context === undefined ? {} : { context: mail.context }),
    parts: mail.parts.map(({ contentType }) => contentType),
    words: mail.words !== '',
  });
  const from = senderOf(mail);
  const leave = await deps.allowance.take({ kind, from, to: number, mailbox, classOfService });
  if (leave.kind === 'too-many') {
    // Of a try whose answer did not arrive it is here already.
    if ((await deps.store.messages.byOrigin(origin.network, origin.id)) !== undefined) return;
    throw new Fault('too-many', 'too many mails in a time', { temporary: true });
  }
  await depositAllowed(leave, () =>
    deps.deposits.take({
      draft: {
        kind,
        origin,
        from,
        to: number,
        received: deps.clock.now(),
        urgent: mail.urgent,
        confidential: mail.confidential,
        cut: false,
        ...(mail.subject === undefined ? {} : { subject: mail.subject }),
        ...(mail.omitted.length === 0 ? {} : { omitted: mail.omitted }),
      },
      ...first,
      ...(more.length === 0 ? {} : { more }),
      ...(mailbox === undefined ? {} : { mailbox }),
      ...(isQuiet(deps, mail, mailbox) ? { quiet: true } : {}),
      classOfService,
    }),
  );
}

function noRoom(verdict: 'full' | 'too-large'): Fault {
  return verdict === 'full'
    ? new Fault('mailbox-full', 'the mailbox has no room for a mail', { temporary: true })
    : new Fault('message-too-large', 'a mail is larger than its mailbox may be', { temporary: false });
}

/** The header's word for it: nothing shows that it is true. */
function senderOf({ from, sender }: InboundMail): Sender {
  const address = from?.address ?? (sender === '' ? undefined : sender);
  return {
    ...(address === undefined ? {} : { address }),
    ...(from?.name === undefined ? {} : { name: from.name }),
    private: false,
  };
}

/**
 * Nobody is told of what a machine wrote in answer, or somebody to many; nor of what a machine wrote at an address that
 * notices go to: it might be about the last one.
 */
function isQuiet({ profiles }: MailInDeps, mail: InboundMail, mailbox: Mailbox | undefined): boolean {
  if (mail.automatic === 'no') return false;
  if (mail.automatic !== 'generated') return true;
  if (mailbox === undefined) return false;
  const told = [mailbox.settings.addresses?.email, ...profiles.of(mailbox).notify.map(({ to }) => to)];
  return [mail.sender, mail.from?.address].some((from) =>
    told.some((to) => from !== undefined && to !== undefined && sameAddress(from, to)),
  );
}

function recall({ recalled, clock }: Working, number: E164, mailbox: Mailbox | undefined): void {
  recalled.delete(number);
  recalled.set(number, { mailbox, until: clock.now().getTime() + recalledMs });
  const [oldest] = recalled.keys();
  if (recalled.size > mostRecalled && oldest !== undefined) recalled.delete(oldest);
}
