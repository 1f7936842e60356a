/**
 * The controller: reads the configuration, opens the rooms in order, answers calls until SIGINT or SIGTERM, lets the
 * calls under way end, and closes in reverse. `node app/main.ts [answerback.yaml]`, or ANSWERBACK_CONFIG.
 */
import { loadConfig, watchClasses, type Config, type Secrets } from './config.ts';
import { createNumberPlan } from './core/address/number-plan.ts';
import { isFault } from './core/errors.ts';
import type { E164 } from './core/ids.ts';
import type { GatewayName } from './core/profile/class-of-service.ts';
import { answerCall } from './flows/answer.ts';
import { deliverDialogue } from './flows/deliver.ts';
import type { FlowDeps } from './flows/flow.ts';
import { openConsoleGateway } from './gateways/console/open.ts';
import { openSipGateway } from './gateways/sip/open.ts';
import { openTwilioGateway } from './gateways/sms/open.ts';
import { openWeb } from './gateways/web/open.ts';
import { openScheduler } from './jobs/open.ts';
import { openAriMedia } from './media/ari/open.ts';
import type { TextGateway } from './ports/gateway.ts';
import type { Log } from './ports/log.ts';
import type { MediaServer } from './ports/media.ts';
import type { Spool } from './ports/spool.ts';
import type { Store } from './ports/store.ts';
import { createAccount } from './services/account.ts';
import { createCommands, type Commands } from './services/command.ts';
import { createDeliveries } from './services/deliver.ts';
import { createDeposits } from './services/deposit.ts';
import { createNotify } from './services/notify.ts';
import { createProfiles } from './services/profile.ts';
import { recoverStray, type RecoverDeps } from './services/recover.ts';
import { createRetrieval } from './services/retrieve.ts';
import { openPromptCatalog } from './speech/open.ts';
import { openStore } from './storage/open.ts';
import { openSpool } from './storage/spool/open.ts';
import { openLog } from './telemetry/open.ts';
import { systemClock } from './telemetry/system-clock.ts';
import { systemRandom } from './telemetry/system-random.ts';

/** Longest wait for calls under way when the controller is told to end, in milliseconds. */
const drainMs = 5_000;
const maxDeliveries = 50;

interface Rooms {
  readonly config: Config;
  readonly file: string | undefined;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly store: Store;
  readonly spool: Spool;
  readonly media: MediaServer;
}

async function main(): Promise<void> {
  const file = process.argv[2] ?? process.env['ANSWERBACK_CONFIG'];
  const { config, secrets } = loadConfig(file);
  await using log = openLog(config.log);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  await using store = await openStore(config.store, { log });
  await using spool = await openSpool(config.spool, { log });
  const prompts = await openPromptCatalog(config.prompts, { log });
  await using media = await openAriMedia(
    { ...config.asterisk, password: secrets.ariPassword, trunks: config.trunks },
    { log, clock: systemClock, prompts },
  );
  await using scheduler = openScheduler(config.store, { log });
  await using gateways = openGateways(config, secrets, media);
  const rooms: Rooms = { config, file, secrets, log, store, spool, media };
  const answering = compose(rooms, gateways.byName, scheduler);
  await using web = await openWeb(
    { ...config.web, twilio: config.twilio, twilioAuthToken: secrets.twilio?.authToken },
    {
      log,
      onText: (text) => answering.commands.handle(text),
      onReport: (report) =>
        store.notifications.report(report.gateway, report.providerId, report.status, report.error),
      ready: () => readiness(rooms),
    },
  );
  const work = answering.run(stopping.signal);
  log.info('ready', { web: web.address, pid: process.pid });
  await work;
  log.info('stopped');
}

function openGateways(config: Config, secrets: Secrets, media: MediaServer) {
  const access = config.numbers.access[0] as E164;
  const all: (TextGateway & Partial<AsyncDisposable>)[] = [
    openSipGateway({ from: access }, { media }),
    openConsoleGateway({ stream: process.stdout }),
  ];
  if (config.twilio !== undefined && secrets.twilio !== undefined) {
    all.push(openTwilioGateway({ ...config.twilio, ...secrets.twilio }, {}));
  }
  return {
    byName: new Map<GatewayName, TextGateway>(all.map((gateway) => [gateway.name, gateway])),
    async [Symbol.asyncDispose]() {
      for (const gateway of all) await gateway[Symbol.asyncDispose]?.();
    },
  };
}

interface Answering {
  readonly commands: Commands;
  run(signal: AbortSignal): Promise<void>;
}

function compose(
  rooms: Rooms,
  gateways: ReadonlyMap<GatewayName, TextGateway>,
  scheduler: ReturnType<typeof openScheduler>,
): Answering {
  const { config, log, store, spool, media } = rooms;
  const shared = { store, log, clock: systemClock, random: systemRandom };
  const plan = createNumberPlan(config.numbers);
  const access = config.numbers.access[0] as E164;
  const profiles = createProfiles(
    watchClasses(rooms.file, config.classes, (error) =>
      log.error('the configuration is wrong; the old classes hold', { error }),
    ),
  );
  const mayCall = (number: string): boolean => {
    const parsed = plan.parse(number);
    return (
      parsed !== undefined &&
      (plan.classOf(parsed) !== undefined || config.numbers.callable.some((p) => parsed.startsWith(p)))
    );
  };
  const account = createAccount({ cdrs: store.cdrs, ...shared });
  const notify = createNotify({
    ...shared,
    gateways,
    lamps: media,
    profiles,
    account,
    access,
    retry: config.notify,
    onDue: (at) => texts.wakeAt(at),
  });
  const retrieval = createRetrieval({ ...shared, lamps: media, profiles, limits: config.references });
  const deposits = createDeposits({
    ...shared,
    spool,
    profiles,
    isServedNumber: (digits) => {
      const number = plan.parse(digits);
      return number !== undefined && (plan.isAccess(number) || plan.classOf(number) !== undefined);
    },
    onStored: (message, mailbox) => void notify.work(message, message.pending, mailbox),
  });
  const flow: FlowDeps = {
    ...shared,
    deposits,
    retrieval,
    mailboxes: store.mailboxes,
    media,
    profiles,
    account,
    plan,
    trunks: config.trunks,
    access,
    referenceTries: config.references.perCall,
    ringSeconds: config.deliver.ringSeconds,
    language: config.prompts.language,
    mayCall,
  };
  const deliveries = createDeliveries({
    ...shared,
    media,
    dialogue: (call, delivery) => deliverDialogue(call, delivery, flow),
    access,
    rule: config.deliver,
    maxCalls: maxDeliveries,
    onDue: (at) => calls.wakeAt(at),
  });
  const commands = createCommands({
    ...shared,
    retrieval,
    deliveries,
    notify,
    profiles,
    account,
    plan,
    trunks: config.trunks,
    access,
    mayCall,
  });
  const texts = scheduler.worker('texts', 15_000, async (signal) => void (await notify.runDue(signal)));
  const calls = scheduler.worker('calls', 15_000, async (signal) => void (await deliveries.runDue(signal)));
  scheduler.worker('spool', 5_000, async (signal) => void (spool.size > 0 && (await deposits.drain(signal))));
  scheduler.worker('accounts', 10_000, () => account.flush());
  const recovery: RecoverDeps = { deposits, plan, profiles, log };
  return { commands, run: (signal) => runAll(rooms, flow, commands, recovery, signal) };
}

/** Answers calls and texts and takes in strays until the signal, then lets the calls under way end. */
async function runAll(
  rooms: Rooms,
  flow: FlowDeps,
  commands: Commands,
  recovery: RecoverDeps,
  signal: AbortSignal,
): Promise<void> {
  const { media, log } = rooms;
  const running = new Set<Promise<void>>();
  const watch = (work: Promise<void>): void => {
    const watched = work
      .catch((error: unknown) => log.error('work failed', { error }))
      .finally(() => running.delete(watched));
    running.add(watched);
  };
  const answer = async (): Promise<void> => {
    for await (const call of media.calls(signal)) watch(answerCall(call, flow));
  };
  const obey = async (): Promise<void> => {
    for await (const text of media.texts(signal)) watch(commands.handle(text));
  };
  const recover = async (): Promise<void> => {
    for await (const stray of media.strays(signal)) {
      await recoverStray(stray, recovery).catch((error: unknown) => log.warn('a recording waits', { error }));
    }
  };
  await Promise.all([answer(), obey(), recover()]);
  const late = new Promise<void>((resolve) => setTimeout(resolve, drainMs).unref());
  await Promise.race([Promise.all(running), late]);
  await flow.account
    .flush()
    .catch((error: unknown) => log.warn('call detail records not written', { error }));
}

async function readiness(rooms: Rooms): Promise<{ ok: boolean; parts: Record<string, boolean> }> {
  const store = await rooms.store.ping().then(
    () => true,
    () => false,
  );
  const parts = { store, media: rooms.media.healthy };
  return { ok: store && parts.media, parts };
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${isFault(error, 'config-invalid') ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = 1;
}
