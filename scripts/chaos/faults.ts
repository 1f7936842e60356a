/** What goes wrong, each for a random time: programs are killed, the link to the store is cut or hangs, the disk is full, a clock is set. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../../test/system/chance.ts';
import type { World } from './world.ts';

export const faultKinds = [
  'controller',
  'asterisk',
  'ferretdb',
  'postgres',
  'link-cut',
  'link-hangs',
  'disk-full',
  'clock',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What a fault breaks: of one part there is one at a time. */
export const partOf: Readonly<Record<FaultKind, string>> = {
  controller: 'controller',
  asterisk: 'asterisk',
  ferretdb: 'store',
  postgres: 'store',
  'link-cut': 'link',
  'link-hangs': 'link',
  'disk-full': 'link',
  clock: 'clock',
};

export interface Fault {
  readonly kind: FaultKind;
  /** How long it lasts, in milliseconds. */
  readonly ms: number;
  /** Milliseconds since the run began. */
  readonly from: number;
  to: number;
}

/** Longest fault of each kind, in milliseconds; the shortest is a tenth. */
const longest: Readonly<Record<FaultKind, number>> = {
  controller: 2000,
  asterisk: 2000,
  ferretdb: 3000,
  postgres: 3000,
  'link-cut': 4000,
  'link-hangs': 4000,
  'disk-full': 5000,
  clock: 5000,
};

/** The controller's clock is set so far, forward or back: past the end of all messages of the run. */
const mostHours = 72;

/** What can go wrong in this world. */
export function possibleFaults({ local, ownDisk }: World): FaultKind[] {
  const parts = local.pids !== undefined;
  return faultKinds.filter((kind) => {
    if (kind === 'ferretdb' || kind === 'postgres') return parts;
    return kind === 'disk-full' ? ownDisk : true;
  });
}

/** Makes it happen and mends it. The disk is filled while the link is cut: else nothing is put there. */
export async function happen(
  world: World,
  kind: FaultKind,
  chance: Chance,
  clock: () => number,
): Promise<Fault> {
  const ms = chance.between(longest[kind] / 10, longest[kind]);
  const fault: Fault = { kind, ms, from: clock(), to: Infinity };
  switch (kind) {
    case 'controller':
      await world.controller.kill('SIGKILL');
      await pause(ms);
      await world.restartController();
      break;
    case 'asterisk':
      await world.asterisk.kill();
      await pause(ms);
      await world.asterisk.start();
      break;
    case 'ferretdb':
    case 'postgres':
      await world.local.kill(kind, 'SIGKILL');
      await pause(ms);
      await world.local.start(kind);
      break;
    case 'link-cut':
      await world.link.cut();
      await pause(ms);
      await world.link.mend();
      break;
    case 'link-hangs':
      world.link.hang();
      await pause(ms);
      world.link.release();
      break;
    case 'disk-full':
      await fillDisk(world, ms);
      break;
    case 'clock': {
      const hours = chance.between(1, mostHours) * chance.pick([-1, 1]);
      await world.setClock(hours * 3_600_000);
      await pause(ms);
      await world.setClock(0);
    }
  }
  fault.to = clock();
  return fault;
}

async function fillDisk(world: World, ms: number): Promise<void> {
  const filler = join(world.deposits, '.filler');
  await world.link.cut();
  const file = await open(filler, 'w');
  try {
    const block = Buffer.alloc(65_536);
    for (;;) await file.write(block);
  } catch {
    // No space left on device: so it should be.
  } finally {
    await file.close();
  }
  await pause(ms);
  await rm(filler, { force: true });
  await world.link.mend();
}
