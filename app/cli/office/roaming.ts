/** Who is where, without links to the other nodes: the running controller sees what was written, and tells them. */
import { createRoaming, type Roaming } from '../../services/roaming.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemDigest as digest } from '../../telemetry/system-digest.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import { Failure } from '../failure.ts';
import type { Office } from './office.ts';

export function roamingOffice({ config, store, plan, auditor, log }: Office): Roaming {
  const { node, sync } = config;
  const untold = async (): Promise<never> => {
    throw new Failure('usage', 'another node is the home of this number: it is to be told there');
  };
  const peers = (sync?.nodes ?? []).map(({ name, prefixes }) => ({
    name,
    prefixes,
    send: untold,
    tell: async (what: string) => (what === 'return' ? [] : untold()),
  }));
  const lamps = { publish: async () => undefined };
  const onDue = (): void => undefined;
  return createRoaming({ node, store, plan, peers, auditor, lamps, onDue, digest, clock, random, log });
}
