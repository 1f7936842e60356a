/**
 * E-mail to fax: a mail to `number@` the fax domain goes to that number as a fax, at the cost of the subscriber whose address
 * sent it. Anybody can write any sender into a mail, so that only clients count that the operator trusts to know better.
 */
import type { NumberPlan } from '../core/address/number-plan.ts';
import { Fault } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import { sameAddress } from '../core/mail/address.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { faxEndText } from '../core/notification/fax-texts.ts';
import type { FaxReason } from '../core/notification/wording.ts';
import type { Content } from '../ports/convert.ts';
import type { Log } from '../ports/log.ts';
import type { InboundMail, RecipientVerdict } from '../ports/mail.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { FaxOut, FaxRefusal } from './fax-out.ts';
import type { MailToFax } from './mail-in.ts';
import type { Profiles } from './profile.ts';
import { sendOnce, type TextOutDeps } from './text-out.ts';

/** Words that are longer do not stand on the cover sheet but on pages of their own. */
const coverWords = 1200;

export interface FaxMailDeps extends TextOutDeps {
  readonly store: Pick<Store, 'mailboxes' | 'notifications' | 'stops'>;
  readonly faxOut: Pick<FaxOut, 'request'>;
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly plan: NumberPlan;
  readonly log: Log;
  /** Whether a client of the mail server may say who writes. */
  readonly isTrusted: (client: string) => boolean;
}

export function createFaxMail(deps: FaxMailDeps): MailToFax {
  return {
    async recipient(digits, sender): Promise<RecipientVerdict> {
      const known = (await writerOf(deps, sender)) !== undefined;
      return known && numberOf(deps, digits) !== undefined ? 'taken' : 'unknown';
    },
    async take(mail, digits) {
      const to = numberOf(deps, digits);
      const mailbox = await writerOf(deps, mail.sender);
      if (to === undefined || mailbox === undefined || !mayWrite(deps, mail)) {
        deps.log.warn('a mail is not faxed: nobody vouches for who wrote it', { client: mail.client });
        throw new Fault('invalid', 'not from a subscriber', { temporary: false });
      }
      // A machine's answer to our own word of the end would be faxed, and bring the next one, for ever. A scanner's mail may go.
      if (mail.automatic === 'reply' || mail.automatic === 'list') {
        deps.log.info('a mail of a machine is not faxed', { automatic: mail.automatic });
        return;
      }
      await fax(deps, mail, mailbox, to);
    },
  };
}

/** Sender and author are the same, and the client is one that has checked it. */
function mayWrite({ isTrusted }: FaxMailDeps, { client, sender, from }: InboundMail): boolean {
  return isTrusted(client) && (from === undefined || sameAddress(from.address, sender));
}

async function writerOf({ store }: FaxMailDeps, sender: string): Promise<Mailbox | undefined> {
  if (sender === '') return undefined;
  const [mailbox, ...others] = await store.mailboxes.byEmail(sender);
  return others.length > 0 ? undefined : mailbox;
}

/** As it is written nationally, or E.164 with or without its plus; what the toll rules say comes later. */
function numberOf({ plan }: FaxMailDeps, digits: string): E164 | undefined {
  return plan.parse(digits) ?? (digits.startsWith('+') ? undefined : plan.parse(`+${digits}`));
}

async function fax(deps: FaxMailDeps, mail: InboundMail, mailbox: Mailbox, to: E164): Promise<void> {
  const reply = { gateway: 'email', to: mail.sender } as const;
  const onCover = mail.words.length <= coverWords;
  // Half of what was to be sent is worse than nothing: who gets it does not see that it is half.
  if (mail.omitted.length > 0) return refuse(deps, mail, mailbox, to, 'document');
  const documents: Content[] = mail.parts.map(({ contentType, bytes }) => ({ contentType, bytes }));
  const letter: Content[] = onCover
    ? []
    : [{ contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(mail.words) }];
  const asked = await deps.faxOut.request({
    id: `mail:${mail.id}:${to}`,
    from: mailbox,
    to,
    content: [...letter, ...documents],
    cover: {
      ...(mail.subject === undefined ? {} : { subject: mail.subject }),
      ...(onCover && mail.words !== '' ? { text: mail.words } : {}),
    },
    reply,
  });
  if (asked.kind === 'refused') await refuse(deps, mail, mailbox, to, reasons[asked.why]);
}

/** It was taken from the client: its writer hears by mail that nothing comes of it. */
async function refuse(
  deps: FaxMailDeps,
  mail: InboundMail,
  mailbox: Mailbox,
  to: E164,
  why: FaxReason,
): Promise<void> {
  const { language } = deps.profiles.of(mailbox);
  const body = faxEndText(deps.texts.wording(language), to, { kind: 'failed', pages: 0, why });
  const key = `fax-refused:${mail.id}:${to}`;
  const draft = { key, mailbox, body, kind: 'reply', gateway: 'email', to: mail.sender } as const;
  await sendOnce(deps, draft, () => body);
}

const reasons: Readonly<Record<FaxRefusal, FaxReason>> = {
  denied: 'denied',
  'daily-limit': 'limit',
  'not-a-number': 'number',
  confidential: 'denied',
  nothing: 'document',
  document: 'document',
};
