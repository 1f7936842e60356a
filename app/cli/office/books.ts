/** The books of call detail records. */
import { createBilling, type Billing } from '../../services/billing.ts';
import { createExports, type Exports } from '../../services/cdr-export.ts';
import { openTables } from '../../tables/open.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import type { Office } from './office.ts';

export interface Books {
  readonly billing: Billing;
  readonly exports: Exports;
}

/** With all that waits numbered and summed up, unless another is at it. */
export async function openBooks({ store, config, log }: Office, signal: AbortSignal): Promise<Books> {
  const billing = createBilling({ store, ...config.billing, clock, random, log });
  await billing.post(signal);
  return { billing, exports: createExports({ store, tables: openTables() }) };
}
