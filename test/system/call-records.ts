import { setTimeout as pause } from 'node:timers/promises';
import type { Cdr } from '../../app/core/account/cdr.ts';
import type { System } from './system.ts';

/** All records, once there are so many of calls: they are written after the hang-up. */
export async function callRecords(system: System, calls: number): Promise<Cdr[]> {
  for (const deadline = Date.now() + 20_000; ; await pause(50)) {
    const rows = await system.store.cdrs.list({ limit: 50 });
    if (rows.filter((row) => row.event === 'call').length >= calls || Date.now() > deadline) return rows;
  }
}
