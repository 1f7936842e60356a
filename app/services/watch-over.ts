/** What those who run the system see of it: queues, trunks and phones, the audit. */
import type { MailboxId } from '../core/ids.ts';
import type { AuditEvent, AuditPlace } from '../ports/audit.ts';
import type { Clock } from '../ports/clock.ts';
import type { Endpoint, Endpoints } from '../ports/endpoints.ts';
import type { QueueReadings } from '../ports/queues.ts';
import type { Store } from '../ports/store.ts';

/** Entries of a queue that are counted. */
const most = 1_000;

export interface Lines {
  /** Those of the configuration; `unknown` where the switch does not tell. */
  readonly trunks: readonly Endpoint[];
  /** Phones that the switch knows. */
  readonly phones: readonly Endpoint[];
  /** Whether the switch told. */
  readonly told: boolean;
}

export interface Overview {
  queues(): Promise<QueueReadings & { readonly most: number }>;
  lines(): Promise<Lines>;
  /** Newest first. */
  audit(options: {
    readonly limit: number;
    readonly since?: Date;
    readonly mailbox?: MailboxId;
    readonly after?: AuditPlace;
  }): Promise<readonly AuditEvent[]>;
}

export function createOverview(deps: {
  readonly store: Pick<Store, 'queues' | 'audit'>;
  readonly auditor: { flush(): Promise<void> };
  readonly clock: Clock;
  /** Absent: the switch tells nothing of that. */
  readonly endpoints: Endpoints | undefined;
  readonly trunks: readonly { readonly name: string }[];
}): Overview {
  const { store, clock, endpoints } = deps;
  const names = new Set(deps.trunks.map(({ name }) => name));
  return {
    queues: async () => ({ ...(await store.queues.read(clock.now(), most)), most }),
    async lines() {
      const found = await endpoints?.list().catch(() => undefined);
      const trunks = [...names].map(
        (name): Endpoint => found?.find((one) => one.name === name) ?? { name, state: 'unknown', calls: 0 },
      );
      const phones = (found ?? []).filter(({ name }) => !names.has(name));
      return { trunks, phones, told: found !== undefined };
    },
    async audit(options) {
      // What was just done is seen.
      await deps.auditor.flush();
      return store.audit.list(options);
    },
  };
}
