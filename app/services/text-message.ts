/** Makes a message of a text that somebody sent to a subscriber's number: the mailbox comes into being with it if need be. */
import { safeDisplay } from '../core/address/name-addr.ts';
import type { NamedTrunk } from '../core/address/identify.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Sender } from '../core/message/message.ts';
import { bytesOfText } from '../core/message/text-part.ts';
import { isTemporary } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { InboundText } from '../ports/media.ts';
import type { Store } from '../ports/store.ts';
import type { Deposits } from './deposit.ts';
import type { Profiles } from './profile.ts';

export interface TextMessageDeps {
  readonly deposits: Pick<Deposits, 'take'>;
  readonly store: Pick<Store, 'mailboxes'>;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly trunks: readonly NamedTrunk[];
  readonly clock: Clock;
  readonly log: Log;
  /** Numbers and names that texts of ours come from, besides the access numbers. */
  readonly ownNumbers: readonly string[];
}

export interface TextMessages {
  /**
   * Idempotent by the text's id. Resolved = safe in the store or on this disk, or never to be a message: to a number that
   * is not served, from us, empty, or for a full mailbox.
   * @throws Fault if neither store nor disk could take it: the network must try again.
   */
  take(text: InboundText): Promise<'message' | 'duplicate' | 'spooled' | 'refused'>;
}

export function createTextMessages(deps: TextMessageDeps): TextMessages {
  const { plan, log } = deps;
  const refused = (why: string, text: InboundText): 'refused' => {
    log.info('a text made no message', { why, network: text.network, trunk: text.trunk });
    return 'refused';
  };
  return {
    async take(text) {
      const country = deps.trunks.find((trunk) => trunk.name === text.trunk)?.country;
      const to = plan.parse(text.to, country);
      const classOfService = to === undefined || plan.isAccess(to) ? undefined : plan.classOf(to);
      if (to === undefined || classOfService === undefined) return refused('not served', text);
      const number = plan.parse(text.from, country);
      // A notice of ours that a network brings back would be the cause of the next one, for ever.
      if (isOurs(deps, text.from) || (number !== undefined && isOurs(deps, number)))
        return refused('from our own number', text);
      if (text.body.trim() === '' && !text.truncated) return refused('empty', text);
      const mailbox = await find(deps, to);
      if (mailbox !== undefined && isFull(deps, mailbox)) return refused('mailbox full', text);
      const { bytes, cut } = bytesOfText(text.body);
      const result = await deps.deposits.take({
        draft: {
          kind: 'text',
          origin: { network: text.network, id: text.id },
          from: senderOf(text.from, number),
          to,
          received: deps.clock.now(),
          urgent: false,
          confidential: false,
          cut: cut || text.truncated,
        },
        contentType: 'text/plain; charset=utf-8',
        classOfService,
        bytes,
      });
      return result.kind === 'stored' ? 'message' : result.kind;
    },
  };
}

function isOurs({ plan, ownNumbers }: TextMessageDeps, from: string): boolean {
  return plan.isAccess(from as E164) || ownNumbers.includes(from);
}

/** A store that is away hinders nothing: the deposit itself finds out. */
async function find({ store, log }: TextMessageDeps, to: E164): Promise<Mailbox | undefined> {
  try {
    return await store.mailboxes.find(to);
  } catch (error) {
    if (!isTemporary(error)) throw error;
    log.warn('whether a mailbox is full is not known', { error });
    return undefined;
  }
}

function isFull({ profiles }: TextMessageDeps, mailbox: Mailbox): boolean {
  return mailbox.counts.new + mailbox.counts.old >= profiles.of(mailbox).maxMessages;
}

/** Words that networks put where there is no sender. */
const nobody = /^(anonymous|unknown|restricted|unavailable|private|asterisk|invalid)?$/i;

/** A number, or what stands in its place: short codes, names of firms. */
function senderOf(from: string, number: E164 | undefined): Sender {
  if (number !== undefined) return { number, private: false };
  const name = safeDisplay(from);
  return nobody.test(name) ? { private: false } : { name, private: false };
}
