/**
 * Messages whose mailbox was removed while they were being left: the number is served still, so they go where a first message
 * to it would go, into a mailbox made anew.
 */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

const atOnce = 20;

export interface AdoptDeps {
  readonly store: Pick<Store, 'mailboxes' | 'messages'>;
  readonly plan: NumberPlan;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Adoption {
  /** Answers its mailbox then; `undefined` if its number is not served any more. @throws Fault if the store is away */
  adopt(message: Message): Promise<Mailbox | undefined>;
  /** The same for all that lie in a mailbox that there is not. Never rejects: what stays behind is told. */
  adoptAll(mailbox: MailboxId): Promise<void>;
}

export function createAdoption({ store, plan, clock, random, log }: AdoptDeps): Adoption {
  const { mailboxes, messages } = store;
  const adopt: Adoption['adopt'] = async (message) => {
    const { to } = message.envelope;
    const classOfService = plan.isAccess(to) ? undefined : plan.classOf(to);
    if (classOfService === undefined) return undefined;
    const { mailbox } = await mailboxes.findOrCreate({
      id: random.uuid() as MailboxId,
      number: to,
      origin: 'dynamic',
      classOfService,
      created: clock.now(),
    });
    if (await messages.move(message.id, message.mailbox, mailbox.id))
      log.info('a message without its mailbox goes into a new one', { message: message.id });
    return (await mailboxes.recount(mailbox.id))?.mailbox ?? mailbox;
  };
  return {
    adopt,
    async adoptAll(mailbox) {
      try {
        if ((await mailboxes.get(mailbox)) !== undefined) return;
        for (;;) {
          const some = await messages.list(mailbox, { limit: atOnce });
          let adopted = 0;
          for (const message of some) if ((await adopt(message)) !== undefined) adopted += 1;
          if (some.length < atOnce || adopted === 0) return;
        }
      } catch (error) {
        log.error('messages are without a mailbox', { error, mailbox });
      }
    },
  };
}
