/** A fax to a number that is served here needs no call: its pages become a message in that mailbox. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { FaxEnd } from '../core/notification/fax-texts.ts';
import type { Clock } from '../ports/clock.ts';
import type { FaxJob } from '../ports/fax-jobs.ts';
import type { Store } from '../ports/store.ts';
import type { Deposits } from './deposit.ts';
import { judgeComing, sizeOfParts } from './mailbox-room.ts';
import type { Profiles } from './profile.ts';

export interface FaxHereDeps {
  readonly store: Pick<Store, 'mailboxes' | 'messages'>;
  readonly deposits: Pick<Deposits, 'take'>;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly clock: Clock;
}

export interface FaxPages {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly pages: number;
}

/** Class of service of a number whose mailbox is here; `undefined`: it has to be called. */
export function classHere({ plan }: Pick<FaxHereDeps, 'plan'>, to: E164): string | undefined {
  return plan.isAccess(to) ? undefined : plan.classOf(to);
}

/** As often as it is done for one fax, there is one message. @throws Fault if neither store nor spool could take it */
export async function depositHere(
  deps: FaxHereDeps,
  job: FaxJob,
  from: Mailbox,
  pages: FaxPages,
  classOfService: string,
): Promise<FaxEnd> {
  const mailbox = await deps.store.mailboxes.find(job.to);
  const profile =
    mailbox === undefined ? deps.profiles.classOfService(classOfService) : deps.profiles.of(mailbox);
  if (profile.fax === 'off') return { kind: 'failed', pages: 0, why: 'no-fax' };
  const id = `here:${job.id}`;
  const verdict = judgeComing(deps, mailbox, classOfService, { urgent: false, size: sizeOfParts([pages]) });
  // It may be this very fax that filled it, in a try that was not heard of.
  if (verdict !== 'fits' && (await deps.store.messages.byOrigin('fax', id)) === undefined)
    return { kind: 'failed', pages: 0, why: 'other' };
  await deps.deposits.take({
    draft: {
      kind: 'fax',
      origin: { network: 'fax', id },
      from: {
        number: from.number,
        ...(from.settings.name === undefined ? {} : { name: from.settings.name }),
        private: false,
      },
      to: job.to,
      received: deps.clock.now(),
      urgent: false,
      confidential: false,
      cut: false,
    },
    ...pages,
    classOfService,
    mailbox,
  });
  return { kind: 'sent', pages: pages.pages };
}
