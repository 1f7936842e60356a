/** Who is where, without links to the other nodes: the running controller sees what was written, and tells them. */
import type { BundleDeps } from '../../services/bundle.ts';
import { createRoaming, type Roaming } from '../../services/roaming.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemDigest as digest } from '../../telemetry/system-digest.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import { Failure } from '../failure.ts';
import type { Office } from './office.ts';

/** With all that a bundle is made and taken with. */
export interface RoamingOffice {
  readonly roaming: Roaming;
  readonly deps: Omit<BundleDeps, 'archiving'>;
}

export function roamingOffice({ config, store, plan, profiles, auditor, log }: Office): RoamingOffice {
  const { node, sync } = config;
  const untold = async (): Promise<never> => {
    throw new Failure('usage', 'another node is the home of this number: it is to be told there');
  };
  const peers = (sync?.nodes ?? []).map(({ name, prefixes, url }) => ({
    name,
    prefixes,
    ours: sync?.prefixes ?? [],
    byFile: url === undefined,
    send: untold,
    tell: async (what: string) => (what === 'return' ? [] : untold()),
  }));
  const lamps = { publish: async () => undefined };
  const mostBytes = bytesOf(sync?.mostMegabytes ?? {});
  const deps = { node, store, plan, profiles, peers, auditor, mostBytes, digest, clock, log };
  return { deps, roaming: createRoaming({ ...deps, lamps, random, onDue: () => undefined }) };
}

function bytesOf(megabytes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(megabytes).map(([name, most]) => [name, most * 1e6]));
}
