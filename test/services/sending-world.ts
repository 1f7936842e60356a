/** What sends a message of a subscriber's own, on a real store and a real spool. */
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Spool } from '../../app/ports/spool.ts';
import type { Store } from '../../app/ports/store.ts';
import type { Counting } from '../../app/services/counting.ts';
import { createDeposits, type Deposits } from '../../app/services/deposit.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createSends, type Sending, type Sends } from '../../app/services/send.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { babble } from '../audio/babble.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sampleClass } from './sample-class.ts';

export interface Senders {
  readonly spool: Spool;
  readonly deposits: Deposits;
  readonly sends: Sends;
}

export async function sendersOf(store: Store, directory: string, counting?: Counting): Promise<Senders> {
  const spool = await openSpool({ directory }, { log: silentLog });
  const plan = createNumberPlan({
    access: ['+12025550199'],
    country: 'US',
    ranges: [{ prefix: '+1202555', class: 'standard' }],
  });
  const shared = {
    store,
    plan,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    profiles: createProfiles(() => ({ standard: sampleClass({}) })),
  };
  const deposits = createDeposits({
    ...shared,
    spool,
    ...(counting === undefined ? {} : { counting }),
    isServedNumber: () => false,
    onRecounted: () => undefined,
    onStored: () => undefined,
  });
  return { spool, deposits, sends: createSends({ ...shared, deposits }) };
}

/** The same message each time, by its id. */
export function sendingTo(to: readonly E164[]): Sending {
  return {
    id: 'draft-1',
    from: {
      id: 'sender' as MailboxId,
      number: '+12025550147' as E164,
      aliases: [],
      origin: 'provisioned',
      status: 'active',
      classOfService: 'standard',
      counts: { new: 0, old: 0, urgent: 0 },
      byKind: {},
      created: new Date(0),
      settings: {},
      version: 1,
    },
    to,
    kind: 'voice',
    parts: [{ contentType: 'audio/PCMU', durationMs: 1000, bytes: babble(1000, 1) }],
    urgent: false,
  };
}
