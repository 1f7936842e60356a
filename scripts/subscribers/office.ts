/** The parts of Answerback that keep subscribers, without a switch and without answering calls. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../app/config.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { Log } from '../../app/ports/log.ts';
import type { Store } from '../../app/ports/store.ts';
import type { Tables } from '../../app/ports/tables.ts';
import { openHasher } from '../../app/secrets/open.ts';
import { createAuditor, type Auditor } from '../../app/services/audit.ts';
import { createClasses } from '../../app/services/classes.ts';
import { createDirectory, type Directory } from '../../app/services/directory.ts';
import type { ImportDeps } from '../../app/services/directory-import.ts';
import { inTime } from '../../app/services/in-time.ts';
import { createPinDesk, type PinDesk } from '../../app/services/pin-desk.ts';
import { openPromptCatalog } from '../../app/speech/open.ts';
import { openStore } from '../../app/storage/open.ts';
import { openTables } from '../../app/tables/open.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { checkout } from '../stack/machine.ts';

export interface Office extends AsyncDisposable {
  readonly store: Store;
  readonly directory: Directory;
  readonly tables: Tables;
  readonly importing: ImportDeps;
  readonly pins: PinDesk;
  readonly auditor: Auditor;
}

/** Nobody waits on the telephone: a busy store may take its time, in milliseconds. */
const patience = 30_000;
/** Longest wait for a store that may not be there, in milliseconds. */
const firstAnswer = 5_000;

/** What goes wrong is thrown, and told once. */
const quiet: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => quiet,
  within: (_fields, work) => work(),
};

export async function openOffice(file: string | undefined): Promise<Office> {
  const { config, secrets } = loadConfig(file ?? configFile(), withoutSecrets(process.env));
  const prompts = await openPromptCatalog(config.prompts, { log: quiet });
  const store = await openStore({ ...config.store, timeoutMs: patience }, { log: quiet });
  if (
    (await inTime(
      store.ping().then(() => true),
      firstAnswer,
    )) === undefined
  ) {
    await store[Symbol.asyncDispose]();
    // Without the password that may be in it.
    const address = config.store.url.replace(/\/\/[^@/]*@/, '//');
    throw new Error(`the store does not answer at ${address}; MONGODB_URL or store.url tell where it is`);
  }
  const plan = createNumberPlan(config.numbers);
  const { languages } = prompts;
  const classes = createClasses({
    store,
    configured: () => config.classes,
    languages,
    plan,
    callable: config.numbers.callable,
    log: quiet,
  });
  await classes.refresh();
  const directory = createDirectory({ store, plan, classes, languages, clock, random });
  const { audit: auditing, pins } = config;
  const hasher = openHasher({ ...pins, pepper: secrets.pinPepper });
  const auditor = createAuditor({ audit: store.audit, keepDays: auditing.days, clock, random, log: quiet });
  return {
    store,
    directory,
    auditor,
    pins: createPinDesk({ store, hasher, auditor, clock, random }),
    tables: openTables(),
    importing: { store, directory, clock, random },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

function configFile(): string | undefined {
  const { ANSWERBACK_CONFIG, ANSWERBACK_VAR } = process.env;
  if (ANSWERBACK_CONFIG) return ANSWERBACK_CONFIG;
  const started = resolve(ANSWERBACK_VAR ?? join(checkout, 'var'), 'answerback.yaml');
  return existsSync(started) ? started : undefined;
}

/** Passwords that the configuration asks for are not needed here. */
function withoutSecrets(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const needed = ['ASTERISK_AMI_PASSWORD', 'TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'SMPP_PASSWORD'];
  return { ...Object.fromEntries(needed.map((name) => [name, 'not needed'])), ...env };
}
