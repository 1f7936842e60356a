/** The product's own services over a filled store, as the controller puts them together; the clock is the bench's. */
import { join } from 'node:path';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { MailboxId } from '../../app/core/ids.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import type { Log } from '../../app/ports/log.ts';
import type { Store } from '../../app/ports/store.ts';
import { createAccount } from '../../app/services/account.ts';
import { createArchiving } from '../../app/services/archive.ts';
import { createCounting } from '../../app/services/counting.ts';
import { createDeposits } from '../../app/services/deposit.ts';
import { createInbox } from '../../app/services/inbox.ts';
import { createLamps } from '../../app/services/lamp.ts';
import { noteGrown } from '../../app/services/memory.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createRetrieval } from '../../app/services/retrieve.ts';
import { createSearch } from '../../app/services/search.ts';
import { createSweep } from '../../app/services/sweep.ts';
import { openStore } from '../../app/storage/open.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openTransform } from '../../app/transform/open.ts';
import { toolCommands } from '../stack/ffmpeg.ts';

/** Says only what is wrong. */
export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (text, fields) => console.error(text, fields),
  error: (text, fields) => console.error(text, fields),
  within: (_fields, work) => work(),
  child: () => quiet,
};

export type Classes = Readonly<Record<string, Omit<ClassOfService, 'name'>>>;

export interface ScaleServicesOptions {
  readonly url: string;
  readonly database: string;
  /** Gets spool and archive. */
  readonly directory: string;
  readonly classes: Classes;
  readonly clock: { now(): Date };
  /** What the services are given in place of the store. */
  readonly over?: (store: Store) => Store;
}

export type ScaleServices = Awaited<ReturnType<typeof openScaleServices>>;

export async function openScaleServices(options: ScaleServicesOptions) {
  const { directory, classes, clock } = options;
  const opened = await openStore(
    { url: options.url, database: options.database, timeoutMs: 60_000 },
    { log: quiet },
  );
  const store = options.over?.(opened) ?? opened;
  const profiles = createProfiles(() => classes);
  const shared = { store, profiles, clock, random: systemRandom, log: quiet };
  const plan = createNumberPlan({ access: [], country: 'US', ranges: [{ prefix: '+1202', class: 'usual' }] });
  const account = createAccount({ ...shared, cdrs: store.cdrs });
  // All of these mailboxes have one here; in the class none has, so that deposits count late.
  const lamps = createLamps({
    ...shared,
    profiles: { of: (mailbox) => ({ ...profiles.of(mailbox), lamp: true }) },
    media: { setLamp: async () => undefined, starts: () => noStarts() },
  });
  const counting = createCounting({ ...shared, onCounted: () => undefined });
  const deposits = createDeposits({
    ...shared,
    spool: await openSpool({ directory: join(directory, 'spool') }, { log: quiet }),
    counting,
    isServedNumber: (digits) => plan.leadsHere(digits),
    onRecounted: (mailbox) => counting.doubt(mailbox),
    onStored: (message, _mailbox, known) => {
      noteGrown(shared, known, message);
      account.message('deposit', message, clock.now());
    },
  });
  const objects = openDirectoryArchive({ directory: join(directory, 'archive'), timeoutMs: 60_000 });
  const archiving = createArchiving({
    ...shared,
    archive: objects,
    digest: systemDigest,
    later: (work) => void work.catch(() => undefined),
  });
  const transform = openTransform(toolCommands(), { log: quiet });
  const sweep = createSweep({
    ...shared,
    archive: archiving,
    archiving,
    lamps,
    account,
    shrinker: transform,
    classNames: () => Object.keys(classes),
    onCounted: (mailbox: MailboxId) => counting.doubt(mailbox),
  });
  return {
    store,
    plan,
    lamps,
    deposits,
    sweep,
    inbox: createInbox({ ...shared, plan, lamps, account }),
    retrieval: createRetrieval({ ...shared, lamps, account, limits: { maxWrong: 5, windowMinutes: 10 } }),
    search: createSearch({ store, plan }),
    async [Symbol.asyncDispose]() {
      await counting.stop();
      await account.flush();
      await transform[Symbol.asyncDispose]();
      await objects[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

async function* noStarts(): AsyncGenerator<never> {
  // The switch of this bench never starts anew.
}
