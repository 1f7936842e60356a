/** Notes who got in and who did not, without making anybody wait. */
import type { AuditEvent, AuditStore } from '../ports/audit.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { createBatch } from './batch.ts';

export interface Auditor {
  /** Returns at once. */
  note(event: Omit<AuditEvent, 'id' | 'at'>): void;
  /** Resolves when all is in the store, or rejects with the store's fault. */
  flush(): Promise<void>;
}

export function createAuditor(deps: {
  readonly audit: AuditStore;
  /** How long events are kept, in days. */
  readonly keepDays: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Auditor {
  const batch = createBatch<AuditEvent>({
    what: 'audit events',
    write: (events) => deps.audit.insert(events, deps.keepDays),
    log: deps.log,
  });
  return {
    note: (event) => batch.add({ id: deps.random.uuid(), at: deps.clock.now(), ...event }),
    flush: () => batch.flush(),
  };
}
