/** The parts of Answerback that the command works with: the store and what decides over it; no switch, no calls. */
import { loadConfig, type Config, type Secrets } from '../../config.ts';
import { createNumberPlan, type NumberPlan } from '../../core/address/number-plan.ts';
import type { MessageId } from '../../core/ids.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { ClassOfService } from '../../core/profile/class-of-service.ts';
import type { Log } from '../../ports/log.ts';
import type { Store } from '../../ports/store.ts';
import { createAuditor, type Auditor } from '../../services/audit.ts';
import { createClasses, type Classes } from '../../services/classes.ts';
import { inTime } from '../../services/in-time.ts';
import { createProfiles, type Profiles } from '../../services/profile.ts';
import { openConfiguredSealing } from '../../open-sealing.ts';
import type { Sealing } from '../../sealing/open.ts';
import { openStore } from '../../storage/open.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { configFile, placeholders } from './config-file.ts';

export interface Office extends AsyncDisposable {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly store: Store;
  /** As it lies there, sealed. */
  readonly bareStore: Store;
  readonly sealing: Sealing;
  readonly plan: NumberPlan;
  readonly classes: Classes;
  readonly profiles: Profiles;
  readonly auditor: Auditor;
  readonly log: Log;
  /** By number or alias, as people write it. @throws Failure `notFound` */
  mailbox(number: string): Promise<Mailbox>;
  /** What holds for it: class and settings. */
  profile(mailbox: Mailbox): ClassOfService;
  /** Writes down what the operator did, and waits until it is written. */
  note(act: string, mailbox: Mailbox | undefined, subject?: MessageId | string): Promise<void>;
}

/** Nobody waits on the telephone: a busy store may take its time, in milliseconds. */
const patience = 30_000;
/** Longest wait for a store that may not be there, in milliseconds. */
const firstAnswer = 5_000;

/** What goes wrong is thrown, and told once. */
export const quietLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  within: (_fields, work) => work(),
  child: () => quietLog,
};

/** @throws Failure `failed` if the store does not answer; Fault `config-invalid` */
export async function openOffice(terminal: Terminal, file: string | undefined): Promise<Office> {
  const { env, user } = terminal;
  // Passwords that the configuration asks for are not needed here.
  const { config, secrets } = loadConfig(file ?? configFile(env), { ...placeholders, ...env });
  const opened = await openSealedStore(config, secrets);
  const { store, sealing, bareStore } = opened;
  const plan = createNumberPlan(config.numbers);
  const classes = createClasses({
    store,
    configured: () => config.classes,
    // No class is changed here.
    languages: [],
    plan,
    callable: config.numbers.callable,
    log: quietLog,
  });
  try {
    await reach(store, config);
    await classes.refresh();
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
  const profiles = createProfiles(() => classes.current());
  const keepDays = config.audit.days;
  const auditor = createAuditor({ audit: store.audit, keepDays, clock, random, log: quietLog });
  return {
    config,
    secrets,
    store,
    bareStore,
    sealing,
    plan,
    classes,
    profiles,
    auditor,
    log: quietLog,
    async mailbox(number) {
      const parsed = plan.parse(number);
      const found = parsed && (await store.mailboxes.find(parsed));
      if (found === undefined) throw new Failure('notFound', `nobody has the number ${number}`);
      return found;
    },
    profile: (mailbox) => profiles.of(mailbox),
    async note(act, mailbox, subject) {
      auditor.note({
        event: 'operator',
        outcome: act,
        caller: 'operator',
        by: user,
        ...(mailbox === undefined ? {} : { mailbox: mailbox.id }),
        ...(subject === undefined ? {} : { subject }),
      });
      await auditor.flush();
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

async function openSealedStore(config: Config, secrets: Secrets) {
  const options = { ...config, store: { ...config.store, timeoutMs: patience } };
  const sealing = await openConfiguredSealing(options, secrets, { log: quietLog, check: false });
  const bareStore = await openStore(options.store, { log: quietLog });
  return {
    sealing,
    bareStore,
    store: sealing.store(bareStore),
    async [Symbol.asyncDispose]() {
      await bareStore[Symbol.asyncDispose]();
      await sealing[Symbol.asyncDispose]();
    },
  };
}

async function reach(store: Store, config: Config): Promise<void> {
  const answer = store.ping().then(() => true);
  if ((await inTime(answer, firstAnswer)) !== undefined) return;
  answer.catch(() => undefined);
  throw new Failure(
    'failed',
    `the store does not answer at ${withoutPassword(config.store.url)}; MONGODB_URL or store.url tell where it is`,
  );
}

export function withoutPassword(url: string): string {
  // Up to the last one: a password may have an @ that nobody has escaped.
  return url.replace(/\/\/[^/]*@/, '//');
}
