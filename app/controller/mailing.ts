/** Puts the services of e-mail together. */
import type { Config } from '../config.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164 } from '../core/ids.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MailIntake } from '../ports/mail.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Account } from '../services/account.ts';
import { createAttachments } from '../services/attachments.ts';
import type { Commands } from '../services/command.ts';
import type { Conversions } from '../services/conversions.ts';
import type { DepositAllowance } from '../services/deposit-limits.ts';
import type { Deposits } from '../services/deposit.ts';
import type { Links } from '../services/links.ts';
import { createMailIntake, type MailToFax } from '../services/mail-in.ts';
import { createMails, type Mails } from '../services/mail-out.ts';
import { createMailReplies } from '../services/mail-reply.ts';
import type { Notify } from '../services/notify.ts';
import type { Profiles } from '../services/profile.ts';
import type { Sends } from '../services/send.ts';
import type { Tolls } from '../services/tolls.ts';

interface MailShared {
  readonly store: Store;
  readonly texts: Texts;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: E164;
}

/** What writes mails; `undefined` where none go out. */
export function createMailsOut(
  { email }: Pick<Config, 'email'>,
  shared: MailShared,
  conversions: Pick<Conversions, 'part'> | undefined,
  links?: Links,
): Mails | undefined {
  const [domain] = email?.domains ?? [];
  if (email?.relay === undefined || domain === undefined) return undefined;
  return createMails({
    ...shared,
    attachments: createAttachments({ ...shared, conversions }),
    links,
    domain,
    from: email.from ?? `voicemail@${domain}`,
    answers: email.listen !== undefined,
  });
}

export interface MailServices {
  readonly commands: Commands;
  readonly sends: Sends;
  readonly notify: Notify;
  readonly tolls: Tolls;
  readonly deposits: Deposits;
  readonly allowance: DepositAllowance;
  readonly account: Account;
}

/** What takes mail in; `undefined` where none comes in. */
export function createMailsIn(
  config: Pick<Config, 'email' | 'smpp' | 'twilio'>,
  shared: MailShared,
  services: MailServices,
  fax?: MailToFax,
): MailIntake | undefined {
  const { email, smpp, twilio } = config;
  if (email?.listen === undefined) return undefined;
  const byText: GatewayName | undefined =
    smpp.length > 0 ? 'smpp' : twilio === undefined ? undefined : 'twilio';
  const { domains, names, faxDomain } = email;
  const replies = createMailReplies({ ...shared, ...services, domains, byText });
  return createMailIntake({ ...shared, ...services, replies, domains, names, faxDomain, fax });
}
