/** Two nodes, each with a store of its own, over real TLS. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../app/config.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MediaId } from '../../app/core/ids.ts';
import { effectOf } from '../../app/core/mailbox/usage.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { Store } from '../../app/ports/store.ts';
import { createAuditor } from '../../app/services/audit.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createOutbox, type Outbox } from '../../app/services/replicate.ts';
import { createRoaming, type Roaming } from '../../app/services/roaming.ts';
import { openSync, type Sync } from '../../app/sync/open.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMessage } from '../storage/sample.ts';
import { openLine, type Line, type LineOptions } from './line.ts';

const run = promisify(execFile);

/** A certificate that stands for itself alone, made for this run. */
export async function makeCertificate(
  folder: string,
  name: string,
): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    'req',
    '-x509',
    ...curve,
    '-keyout',
    key,
    '-out',
    certificate,
    '-subj',
    `/CN=${name}`,
  ]);
  return { key, certificate };
}

export interface Node {
  readonly name: string;
  readonly store: TestStore;
  readonly roaming: Roaming;
  readonly outbox: Outbox;
  /** That of another controller on the same store; runs until the signal. */
  anotherOutbox(signal: AbortSignal): { readonly outbox: Outbox; readonly ended: Promise<void> };
  readonly sync: Sync;
}

export interface Nodes extends AsyncDisposable {
  readonly home: Node;
  readonly away: Node;
  /** From home to away, and back. */
  readonly lines: readonly [Line, Line];
  readonly folder: string;
}

export interface NodesOptions extends LineOptions {
  readonly everyMs?: number;
  readonly wholeMs?: number;
  readonly beatMs?: number;
  readonly mostBytes?: Readonly<Record<string, number>>;
  /** Seals what a node keeps. */
  readonly seal?: (bare: TestStore) => Store;
}

/** `home` serves +1202555, `away` +1202666. */
export async function openNodes({
  everyMs = 50,
  wholeMs = 2000,
  beatMs = 250,
  mostBytes = {},
  seal,
  ...line
}: NodesOptions = {}): Promise<Nodes> {
  const folder = await mkdtemp(join(tmpdir(), 'answerback-sync-'));
  const stopping = new AbortController();
  const lines: [Line, Line] = [await openLine(line), await openLine(line)];
  const [homeFiles, awayFiles] = [
    await makeCertificate(folder, 'home'),
    await makeCertificate(folder, 'away'),
  ];
  const runs: Promise<void>[] = [];
  const open = async (
    name: string,
    other: string,
    port: number,
    own: string,
    others: string,
  ): Promise<Node> => {
    const [files, theirs] = name === 'home' ? [homeFiles, awayFiles] : [awayFiles, homeFiles];
    const bare = await openTestStore();
    const store = seal === undefined ? bare : { ...bare, store: seal(bare) };
    const { config } = loadConfig(undefined, {});
    const plan = createNumberPlan({ ...config.numbers, ranges: [{ prefix: own, class: 'standard' }] });
    const profiles = createProfiles(() => config.classes);
    const nodes = [
      { name: other, url: `https://127.0.0.1:${port}`, certificate: theirs.certificate, prefixes: [others] },
    ];
    const slice = { host: '127.0.0.1', port: 0, ...files, directory: join(folder, `${name}-stage`), nodes };
    const sync = await openSync(slice, { log });
    const shared = { store: store.store, plan, profiles, digest, clock, random, log };
    const auditor = createAuditor({ audit: store.store.audit, keepDays: 1, clock, random, log });
    const lamps = { publish: async () => undefined };
    const [peer] = sync.peers;
    if (peer === undefined) throw new RangeError('no peer');
    const archiving = { bringBack: async () => ({ kind: 'gone' }) as never, forget: async () => undefined };
    const rule = { everyMs, wholeMs, mostRetryMs: 500, beatMs };
    const openOutbox = (): Outbox =>
      createOutbox({ ...shared, archiving, domains: sync.peers, mostBytes, rule }, peer);
    const outbox = openOutbox();
    const { peers } = sync;
    const roaming = createRoaming({
      ...shared,
      node: name,
      peers,
      auditor,
      lamps,
      onDue: () => outbox.wake(),
    });
    const { port: at } = await sync.listen(roaming);
    (name === 'home' ? lines[1] : lines[0]).target = at;
    runs.push(outbox.run(stopping.signal));
    const anotherOutbox = (signal: AbortSignal) => {
      const another = openOutbox();
      return { outbox: another, ended: another.run(signal) };
    };
    return { name, store, roaming, outbox, anotherOutbox, sync };
  };
  const home = await open('home', 'away', lines[0].port, '+1202555', '+1202666');
  const away = await open('away', 'home', lines[1].port, '+1202666', '+1202555');
  return {
    home,
    away,
    lines,
    folder,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(runs);
      for (const { sync } of [home, away]) await sync[Symbol.asyncDispose]();
      for (const one of lines) await one[Symbol.asyncDispose]();
      for (const { store } of [home, away]) await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A message as a deposit leaves it, its bytes first. */
export async function leave(
  { store: { store } }: Node,
  number: E164,
  change: Partial<Message> = {},
  content: number | Uint8Array = 2000,
): Promise<Message> {
  const bytes = typeof content === 'number' ? randomBytes(content) : content;
  const { length } = bytes;
  const media = `sip:${randomUUID()}` as MediaId;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const fresh = {
    id: random.uuid() as never,
    number,
    origin: 'dynamic' as const,
    classOfService: 'standard',
  };
  const { mailbox } = await store.mailboxes.findOrCreate({ ...fresh, created: new Date() });
  await store.media.put(media, 'audio/PCMU', bytes, mailbox.id);
  const parts = [{ media, contentType: 'audio/PCMU', bytes: length, durationMs: length / 8, sha256 }];
  const message = sampleMessage(
    { mailbox: mailbox.id, expires: new Date(Date.now() + 1e9), ...change },
    { to: number, parts, received: new Date() },
  );
  await store.messages.insert(message);
  await store.mailboxes.count(mailbox.id, effectOf(undefined, message));
  return message;
}

/** Looks again and again until it holds. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it did not come about: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
}
