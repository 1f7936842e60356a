/**
 * The composition root: reads the configuration, opens the rooms in order, answers calls until SIGINT or SIGTERM, and
 * closes in reverse. `node app/main.ts [answerback.yaml]`, or ANSWERBACK_CONFIG.
 */
import { openCertificate } from './certificates/open.ts';
import { loadConfig, type Config, type Secrets } from './config.ts';
import { createController } from './controller/controller.ts';
import { isFault } from './core/errors.ts';
import type { GatewayName } from './core/profile/class-of-service.ts';
import { openConsoleGateway } from './gateways/console/open.ts';
import { openPoster } from './gateways/fetch/open-poster.ts';
import { openFetcher, type FetcherSlice } from './gateways/fetch/open.ts';
import { openSipGateway } from './gateways/sip/open.ts';
import type { Journal } from './gateways/smpp/repeats.ts';
import { openTwilioGateway } from './gateways/sms/open.ts';
import { openMetricsServer } from './gateways/web/metrics.ts';
import { openWebhookGateway } from './gateways/webhook/open.ts';
import { openScheduler } from './jobs/open.ts';
import { openEndpoints } from './media/ari/open-endpoints.ts';
import { openAriMedia, type AriMediaDeps, type AriSettings } from './media/ari/open.ts';
import type { EslMediaDeps } from './media/esl/open.ts';
import { darkLamp, lampClasses } from './core/mailbox/lamp.ts';
import { createNumberPlan } from './core/address/number-plan.ts';
import type { E164 } from './core/ids.ts';
import type { Certificate } from './ports/certificates.ts';
import type { Clock } from './ports/clock.ts';
import type { TextGateway, TextReport } from './ports/gateway.ts';
import type { Log } from './ports/log.ts';
import type { MailIntake } from './ports/mail.ts';
import type { MediaServer } from './ports/media.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Store } from './ports/store.ts';
import { createHandOn, type HandOn } from './hand-on.ts';
import { openArchive } from './open-archive.ts';
import { openLinks } from './open-links.ts';
import { openConfiguredSealing } from './open-sealing.ts';
import { serveWeb } from './serve-web.ts';
import { openHasher } from './secrets/open.ts';
import { openTokens } from './secrets/open-tokens.ts';
import { openTotp } from './secrets/open-totp.ts';
import { openSpeech } from './speech/open-speech.ts';
import { whenOpen } from './speech/when-open.ts';
import { openPromptCatalog } from './speech/open.ts';
import { openStore } from './storage/open.ts';
import { openJournal } from './storage/spool/journal.ts';
import { openSpool } from './storage/spool/open.ts';
import { openTables } from './tables/open.ts';
import { createHealth } from './telemetry/health.ts';
import {
  meteredConverter,
  meteredGateway,
  meteredIntake,
  meteredMedia,
  meteredReports,
} from './telemetry/metered.ts';
import { storeMeter, switchMeter } from './telemetry/meters.ts';
import { openMetrics } from './telemetry/metrics.ts';
import { openLog } from './telemetry/open.ts';
import { createStages } from './telemetry/stages.ts';
import { createSteadyClock } from './telemetry/steady-clock.ts';
import { systemDigest } from './telemetry/system-digest.ts';
import { systemRandom } from './telemetry/system-random.ts';
import { openTransform } from './transform/open.ts';

/** Longest wait for the switch at the start, in milliseconds. */
const switchMs = 1500;
/** How a process ends whose switch another one has taken over; systemd/answerback.service knows it. */
const replacedExit = 3;

async function main(): Promise<void> {
  const file = process.argv[2] ?? process.env['ANSWERBACK_CONFIG'];
  const { config, secrets } = loadConfig(file);
  const { language } = config.prompts;
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  using metrics = openMetrics();
  const onTrouble = (level: 'warn' | 'error') => metrics.count('answerback_log_lines_total', { level });
  await using log = openLog(config.log, { onTrouble, takesConsole: true });
  const stages = createStages({ metrics, log });
  // Nobody waits until it has found its engines.
  await using speech = whenOpen(openSpeech({ ...config.speech, language }, config.tools, { log }));
  await using kept = await openKept(config, secrets, { log, metrics });
  const { clock, store, archive, spool } = kept;
  await using hasher = openHasher({ ...config.pins, pepper: secrets.pinPepper });
  await using journal = openJournal(config.spool, { log });
  await using prompts = await openPromptCatalog(config.prompts, { log });
  const takes = createHandOn();
  await using media = await openSwitch(config, secrets, {
    log,
    clock,
    prompts,
    language,
    onPlaying: (stored) => stages.playing(stored),
    lampOf: lampsOf(config, store),
    // Who is where is asked by other nodes alone.
    onRegistered: config.sync && takes.handOn.onRegistered,
    ...switchMeter(metrics),
  });
  await using transform = openTransform(config.tools, { log });
  const basics = { log, clock, metrics };
  await using gateways = await openGateways(config, secrets, { ...basics, media, store, ...takes.handOn });
  await using scheduler = openScheduler(config.store, { log, clock });
  await using sync = await openLinks(config, log);
  const rooms = {
    sync,
    config,
    file,
    log,
    clock,
    random: systemRandom,
    store,
    archive,
    digest: systemDigest,
    hasher,
    ...accessRooms(config, secrets),
    spool,
    journal,
    media: meteredMedia(media, metrics),
    lamps: gateways.edge,
    transform,
    converters: [transform, ...speech.converters].map((one) => meteredConverter(one, metrics)),
    documents: transform,
    scheduler,
    gateways: gateways.byName,
    fetcher: openFetcher(fetching(config, secrets), { log }),
    texts: prompts,
    metrics,
    stages,
  };
  const controller = createController(rooms);
  takes.to(controller);
  using health = createHealth({ store, media, spool, clock, metrics });
  using certificates = await openCertificates(config, log);
  await using web = await serveWeb(config, secrets, controller, {
    log,
    health,
    tls: certificates.web,
    onReport: reportTo(controller.store, metrics),
  });
  await using scrapes = await openMetricsServer(config.web.metrics, { log, text: () => metrics.text() });
  const intake = controller.mail && meteredIntake(controller.mail, metrics, log);
  await using mail = await openMail(config, intake, certificates.mail, log);
  // A switch that is away does not hold up the start: calls come when it is back.
  await Promise.all([media.ready(soon(stopping.signal)), kept.compared]);
  health.now('running');
  stopping.signal.addEventListener('abort', () => health.now('draining'));
  log.info('ready', { web: web.address, metrics: scrapes.address, mail: mail?.port, pid: process.pid });
  await controller.run(stopping.signal);
  // Whoever started this process shall know that it did not end as asked, and not start it against the one that took its place.
  const replaced = 'replaced' in media && media.replaced;
  if (replaced) process.exitCode = replacedExit;
  log.info('stopped', { replaced });
}

/** Aborts with the signal, or when the switch has had its time. */
function soon(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(switchMs)]);
}

/** What signing in and operators need. */
function accessRooms(config: Config, secrets: Secrets) {
  return {
    tokens: openTokens(),
    tables: openTables(),
    endpoints: endpointsOf(config, secrets),
    totp: openTotp({ issuer: totpIssuer(config) }),
  };
}

/** Where messages are kept, and the clock that is compared with theirs: store, archive and spool, sealed if that is configured. */
async function openKept(
  config: Config,
  secrets: Secrets,
  { log, metrics }: Pick<GatewayDeps, 'log' | 'metrics'>,
) {
  const opened: AsyncDisposable[] = [];
  const use = <T extends AsyncDisposable | undefined>(one: T): T => {
    if (one !== undefined) opened.unshift(one);
    return one;
  };
  const close = async (): Promise<void> => {
    for (const one of opened) await one[Symbol.asyncDispose]();
  };
  try {
    const clock = use(createSteadyClock({ log }));
    const sealing = use(await openConfiguredSealing(config, secrets, { log }));
    const bare = use(await openStore(config.store, { log, clock, onOperation: storeMeter(metrics) }));
    const archive = use(await openArchive(config.archive, secrets, { log }));
    const seal = sealing.files(config.spool.directory);
    const spool = use(await openSpool(config.spool, { log, seal }));
    const store = sealing.store(bare);
    const compared = clock.follow(() => store.retention.serverTime());
    return { clock, compared, store, archive: sealing.archive(archive), spool, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What tells of trunks and phones, where the switch does. */
function endpointsOf({ switch: kind, asterisk }: Config, { ariPassword: password }: Secrets) {
  return kind === 'asterisk' ? openEndpoints({ ...asterisk, password }) : undefined;
}

/** What authenticator apps call this system. */
function totpIssuer({ node, web }: Config): string {
  return web.publicUrl === undefined ? `Answerback ${node}` : new URL(web.publicUrl).host;
}

/** The switch that the configuration names. */
async function openSwitch(config: Config, secrets: Secrets, deps: AriMediaDeps & EslMediaDeps) {
  if (config.switch === 'asterisk') return openAriMedia(switchSettings(config, secrets), deps);
  const { openEslMedia } = await import('./media/esl/open.ts');
  const { freeswitch, trunks } = config;
  return openEslMedia({ ...freeswitch, trunks, password: secrets.freeswitchPassword }, deps);
}

/** What a phone that asks is told of the messages of its number; `undefined` = not served here. */
function lampsOf(config: Config, store: Store) {
  const plan = createNumberPlan(config.numbers);
  return async (number: string) => {
    if (plan.classOf(number as E164) === undefined) return undefined;
    const mailbox = await store.mailboxes.find(number as E164);
    const isLit = mailbox !== undefined && config.classes[mailbox.classOfService]?.lamp !== false;
    return isLit ? lampClasses(mailbox) : darkLamp;
  };
}

function switchSettings(config: Config, secrets: Secrets): AriSettings {
  const { manager, ...asterisk } = config.asterisk;
  return {
    ...asterisk,
    password: secrets.ariPassword,
    trunks: config.trunks,
    manager: manager === undefined ? undefined : { ...manager, password: secrets.amiPassword },
  };
}

interface GatewayDeps extends HandOn {
  readonly media: MediaServer;
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Credentials go to Twilio's API alone, or to what stands for it. */
function fetching({ twilio }: Config, secrets: Secrets): FetcherSlice {
  if (twilio === undefined || secrets.twilio === undefined) return {};
  const { accountSid: user, authToken: password } = secrets.twilio;
  const origin = twilio.api ?? 'https://api.twilio.com';
  return { innerHosts: twilio.mediaHosts, credentials: { origin, user, password } };
}

/** How long a text that got no answer is known again, in milliseconds. */
const journalMs = 900_000;

function journalOf(store: Store, clock: Clock): Journal {
  return {
    begin(key, id) {
      const received = clock.now();
      const expires = new Date(received.getTime() + journalMs);
      return store.arrivals.begin(key, { id, received, due: expires, expires });
    },
    end: (key, id) => store.arrivals.end(key, id),
  };
}

async function openGateways(config: Config, secrets: Secrets, deps: GatewayDeps) {
  const { media, store, log, clock, metrics, onText, onPart } = deps;
  const [from = ''] = config.numbers.access;
  const all: (TextGateway & AsyncDisposable)[] = [
    openSipGateway({ from }, { media }),
    openConsoleGateway({ stream: process.stdout }),
  ];
  if (config.twilio !== undefined && secrets.twilio !== undefined) {
    all.push(openTwilioGateway({ ...config.twilio, ...secrets.twilio }));
  }
  if (config.smpp.length > 0) {
    // Its library is loaded only where it is used.
    const { openSmppGateway } = await import('./gateways/smpp/open.ts');
    const binds = config.smpp.map((bind) => ({ ...bind, password: secrets.smpp.get(bind.name) ?? '' }));
    const onReport = reportTo(store, metrics);
    const gateway = openSmppGateway(binds, {
      log,
      onText,
      onPart,
      onReport,
      journal: journalOf(store, clock),
    });
    metrics.gauges(() => [
      { name: 'answerback_smpp_binds', labels: {}, value: binds.length },
      { name: 'answerback_smpp_binds_up', labels: {}, value: gateway.bound.length },
    ]);
    all.push(gateway);
  }
  if (config.email?.relay !== undefined) {
    const { openMailGateway } = await import('./gateways/email/open.ts');
    const hostname = mailHost(config.email);
    all.push(openMailGateway({ ...config.email.relay, password: secrets.mailRelay, hostname }));
  }
  all.push(openWebhookGateway(hooksOf(config, secrets), { poster: openPoster() }));
  const edge = await openEdge(config, secrets, deps);
  // Later ones win: it stands in place of the switch.
  if (edge?.gateway !== undefined) all.push(edge.gateway);
  return {
    edge,
    byName: new Map<GatewayName, TextGateway>(
      all.map((gateway) => [gateway.name, meteredGateway(gateway, metrics)]),
    ),
    async [Symbol.asyncDispose]() {
      await edge?.[Symbol.asyncDispose]();
      for (const gateway of all) await gateway[Symbol.asyncDispose]();
    },
  };
}

/** Programs that are told what happens, and those that subscribers name. */
function hooksOf({ webhooks: { hooks, timeoutMs } }: Config, { webhooks: secrets }: Secrets) {
  const known = hooks.map(({ name, url }) => ({ name, url, secret: secrets.hooks.get(name) ?? '' }));
  return { hooks: known, ofRules: secrets.ofRules, timeoutMs };
}

/** The SIP edge, if there is to be one. */
async function openEdge(config: Config, secrets: Secrets, deps: GatewayDeps) {
  const { media, store, log, clock, onText, onRegistered } = deps;
  const { sipEdge, node, trunks, numbers } = config;
  if (sipEdge === undefined) return undefined;
  const { openSipEdge } = await import('./gateways/sip-edge/open.ts');
  const lampOf = lampsOf(config, store);
  return openSipEdge(
    { ...sipEdge, secret: secrets.drachtio, node, trunks, numbers },
    {
      log,
      clock,
      onText,
      onRegistered,
      lampOf,
      subscriptions: store.subscriptions,
      healthy: () => media.healthy,
    },
  );
}

/** Those of the servers here, read anew when they are renewed. */
async function openCertificates({ web, email }: Config, log: Log) {
  const opened: Disposable[] = [];
  const open = async (name: string, files: { readonly key: string; readonly cert: string } | undefined) => {
    if (files === undefined) return undefined;
    const certificate = await openCertificate({ ...files, name }, { log });
    opened.push(certificate);
    return certificate;
  };
  return {
    web: await open('web', web.tls),
    mail: await open('mail', email?.listen?.tls),
    [Symbol.dispose]() {
      for (const one of opened) one[Symbol.dispose]();
    },
  };
}

/** The server that takes mail in, if there is to be one. */
async function openMail(
  { email }: Config,
  intake: MailIntake | undefined,
  tls: Certificate | undefined,
  log: Log,
) {
  if (email?.listen === undefined || intake === undefined) return undefined;
  const { openMailServer } = await import('./gateways/email/server.ts');
  const { maxBytes: sizeBytes, tls: _files, ...listen } = email.listen;
  return openMailServer({ ...listen, sizeBytes, tls, hostname: mailHost(email) }, { intake, log });
}

function mailHost({ hostname, domains }: NonNullable<Config['email']>): string {
  return hostname ?? domains[0] ?? 'localhost';
}

function reportTo(store: Store, metrics: Metrics): (report: TextReport) => Promise<void> {
  return meteredReports(
    (r) => store.notifications.report(r.gateway, r.providerId, r.status, r.error),
    metrics,
  );
}

try {
  await main();
} catch (error) {
  const told = isFault(error, 'config-invalid') ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${told}\n`);
  process.exitCode = 1;
}
// All is closed; timers that a library leaves behind would hold the process for seconds.
process.exit();
