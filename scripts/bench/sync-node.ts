/** One node of the bench `replication`, as a process of its own: the product's rooms between its store and the line. */
import type { E164, MessageId } from '../../app/core/ids.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import { loadConfig } from '../../app/config.ts';
import { createAuditor } from '../../app/services/audit.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createOutbox } from '../../app/services/replicate.ts';
import { createRoaming } from '../../app/services/roaming.ts';
import { openStore } from '../../app/storage/open.ts';
import { openSync, type SyncSlice } from '../../app/sync/open.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog as log } from '../../test/ports/silent-log.ts';
import { leave, type Node } from '../../test/sync/nodes.ts';

export interface SyncNodeOptions {
  readonly store: { readonly url: string; readonly database: string };
  /** Its own numbers begin so. */
  readonly prefix: string;
  readonly slice: SyncSlice;
}

export type SyncNodeCommand =
  | {
      readonly kind: 'fill';
      readonly numbers: readonly E164[];
      readonly each: number;
      readonly bytes: number;
    }
  | { readonly kind: 'report'; readonly numbers: readonly E164[]; readonly node: string }
  | { readonly kind: 'deposit'; readonly number: E164; readonly bytes: number }
  | { readonly kind: 'state' }
  | { readonly kind: 'stop' };

export interface SyncNodeAnswer {
  readonly id?: MessageId;
  readonly waiting: number;
  /** CPU time of this process since its start, in milliseconds. */
  readonly cpuMs: number;
}

const { store: where, prefix, slice } = JSON.parse(process.argv[2] ?? '') as SyncNodeOptions;
const stopping = new AbortController();
const store = await openStore({ ...where, timeoutMs: 30_000 }, { log });
await store.ping();
const { config } = loadConfig(undefined, {});
const plan = createNumberPlan({ ...config.numbers, ranges: [{ prefix, class: 'standard' }] });
const profiles = createProfiles(() => config.classes);
const sync = await openSync(slice, { log });
const shared = { store, plan, profiles, digest, clock, random, log };
const archiving = { bringBack: async () => ({ kind: 'gone' }) as never, forget: async () => undefined };
const [peer] = sync.peers;
if (peer === undefined) throw new RangeError('no peer');
const rule = { everyMs: 250, wholeMs: 60_000, mostRetryMs: 10_000 };
const outbox = createOutbox({ ...shared, archiving, domains: [peer], mostBytes: {}, rule }, peer);
const auditor = createAuditor({ audit: store.audit, keepDays: 1, clock, random, log });
const lamps = { publish: async () => undefined };
const roaming = createRoaming({
  ...shared,
  node: 'self',
  peers: sync.peers,
  auditor,
  lamps,
  onDue: () => outbox.wake(),
});
const { port } = await sync.listen(roaming);
const running = outbox.run(stopping.signal);
// What the bench asks of a node's store is as a deposit leaves it.
const node = { store: { store } } as unknown as Node;

async function done(command: SyncNodeCommand): Promise<Pick<SyncNodeAnswer, 'id'>> {
  if (command.kind === 'fill')
    for (let n = 0; n < command.each; n += 1)
      for (const number of command.numbers) await leave(node, number, { state: 'heard' }, command.bytes);
  if (command.kind === 'report')
    for (const number of command.numbers) await roaming.report(number, command.node);
  if (command.kind === 'deposit') {
    const { id, mailbox } = await leave(node, command.number, {}, command.bytes);
    // As the controller does with what it has stored.
    outbox.noticed(mailbox, id);
    return { id };
  }
  if (command.kind === 'stop') {
    stopping.abort();
    await running;
    await sync[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  }
  return {};
}

process.on('message', (command: SyncNodeCommand) => {
  void done(command)
    .then((result) => {
      const { user, system } = process.cpuUsage();
      process.send?.({ ...result, waiting: outbox.waiting, cpuMs: (user + system) / 1000 });
      if (command.kind === 'stop') process.disconnect();
    })
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
process.send?.({ port });
