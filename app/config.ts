/**
 * The only reader of the YAML file and, but for what app/programs passes on, of process.env. Secrets come from the
 * environment alone.
 */
import { mostGroups } from './core/address/line-group.ts';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { archiveProblems } from './config/archive.ts';
import { encryptionProblems } from './config/encryption.ts';
import { nearKey } from './config/near-key.ts';
import { storeUrl, storeUrlForm } from './config/parts.ts';
import { configSchema } from './config/schema.ts';
import { shownValue } from './config/shown-value.ts';
import { webProblems } from './config/web-access.ts';
import { anyHooksSecret, secretVariable, webhookProblems } from './config/webhooks.ts';
import { rateProblems } from './core/account/rate.ts';
import { numberFacts } from './core/address/number-facts.ts';
import { createNumberPlan } from './core/address/number-plan.ts';
import { Fault } from './core/errors.ts';
import { isAddress } from './core/mail/address.ts';
import { tollProblems } from './core/toll/check-toll-table.ts';
import { judgeCall } from './core/toll/judge-toll.ts';
import { isHookTarget } from './core/notification/hook.ts';
import { isTimeZone } from './core/time/is-time-zone.ts';
import { mayBeTexted } from './core/toll/may-be-texted.ts';

export { anyHooksSecret };

export type Config = DeepReadonly<z.output<typeof configSchema>>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Passwords and tokens, apart from the configuration so that it can be printed. */
export interface Secrets {
  readonly ariPassword: string;
  readonly amiPassword: string;
  /** Of FreeSWITCH's event socket. */
  readonly freeswitchPassword: string;
  readonly twilio: { readonly accountSid: string; readonly authToken: string } | undefined;
  /** Passwords of SMPP binds by the bind's name. */
  readonly smpp: ReadonlyMap<string, string>;
  /** Of the drachtio-server of the SIP edge. */
  readonly drachtio: string;
  /** Of the mail relay. */
  readonly mailRelay: string | undefined;
  /** Mixed into hashes of PINs. */
  readonly pinPepper: string | undefined;
  /** Master keys of encryption at rest. */
  readonly masterKeys?: string | undefined;
  /** Of the server that has the master key. */
  readonly transitToken?: string | undefined;
  /** Ours at the provider that operators sign in at. */
  readonly oidcClientSecret: string | undefined;
  /** Of webhooks, by name; `ofRules`: what those of other addresses are made of. */
  readonly webhooks: { readonly hooks: ReadonlyMap<string, string>; readonly ofRules: string | undefined };
  /** Of an archive in S3. */
  readonly s3: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/**
 * Reads and checks the configuration. Relative paths are relative to the working directory.
 * @param file YAML file; without one all defaults hold.
 * @throws Fault `config-invalid` whose message has a line for each wrong key: path, what was found, what is allowed.
 */
export function loadConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): {
  config: Config;
  secrets: Secrets;
} {
  const given = file === undefined ? {} : readYaml(file);
  const result = configSchema.safeParse(given, { reportInput: true });
  if (!result.success) throw invalid(file, result.error.issues.map(describeIssue));
  const config = withEnvironment(result.data, env);
  if (!storeUrl.safeParse(config.store.url).success) {
    throw invalid(file, [line('MONGODB_URL', config.store.url, storeUrlForm)]);
  }
  if (!storeUrl.optional().safeParse(config.archive?.url).success)
    throw invalid(file, [line('ARCHIVE_MONGODB_URL', config.archive?.url, storeUrlForm)]);
  if (!storeUrl.optional().safeParse(config.encryption?.url).success)
    throw invalid(file, [line('KEYS_MONGODB_URL', config.encryption?.url, storeUrlForm)]);
  const wrong = contradictions(config, env);
  if (wrong.length > 0) throw invalid(file, wrong);
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = env;
  const secrets: Secrets = {
    ariPassword: env['ASTERISK_ARI_PASSWORD'] ?? '',
    amiPassword: env['ASTERISK_AMI_PASSWORD'] ?? '',
    freeswitchPassword: env['FREESWITCH_PASSWORD'] ?? '',
    twilio: accountSid && authToken ? { accountSid, authToken } : undefined,
    smpp: new Map(config.smpp.map(({ name }) => [name, smppPassword(name, env) ?? ''])),
    drachtio: env['DRACHTIO_SECRET'] ?? '',
    mailRelay: env['EMAIL_RELAY_PASSWORD'],
    pinPepper: env['ANSWERBACK_PIN_PEPPER'] || undefined,
    oidcClientSecret: env['OIDC_CLIENT_SECRET'] || undefined,
    webhooks: {
      hooks: new Map(config.webhooks.hooks.map(({ name }) => [name, env[secretVariable(name)] ?? ''])),
      ofRules: env['WEBHOOK_SECRET'] || undefined,
    },
    s3: s3Keys(env),
    masterKeys: env['ANSWERBACK_MASTER_KEYS'],
    transitToken: env['VAULT_TOKEN'],
  };
  return { config: deepFreeze(config), secrets };
}

function s3Keys({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
}: Readonly<Record<string, string | undefined>>): Secrets['s3'] {
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

/** The variable that has the password of an SMPP bind. */
function smppVariable(bind: string): string {
  return `SMPP_PASSWORD_${bind.toUpperCase().replaceAll('-', '_')}`;
}

/** Its own, or the one of all binds. */
function smppPassword(bind: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env[smppVariable(bind)] ?? env['SMPP_PASSWORD'];
}

/** Least time between two looks at the file, in milliseconds. */
const watchMs = 500;

/**
 * Answers the classes of service as the file has them now, so that a changed class holds for the next call with no
 * reload. A file that has become wrong is reported once, and the classes from before hold on.
 */
export function watchClasses(
  file: string | undefined,
  first: Config['classes'],
  onWrong: (fault: unknown) => void,
  everyMs = watchMs,
): () => Config['classes'] {
  if (file === undefined) return () => first;
  let classes = first;
  let seen = modified(file);
  let looked = performance.now();
  return () => {
    if (performance.now() - looked < everyMs) return classes;
    looked = performance.now();
    const now = modified(file);
    if (now === seen) return classes;
    seen = now;
    try {
      classes = loadConfig(file).config.classes;
    } catch (error) {
      onWrong(error);
    }
    return classes;
  };
}

function modified(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Ten thousand rates are a tenth of it. */
const mostBytes = 16_777_216;

function readYaml(file: string): unknown {
  let text: string;
  try {
    if (statSync(file).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(file, [`cannot be read: ${(error as Error).message}`]);
  }
  try {
    return parse(text, { logLevel: 'error' }) ?? {};
  } catch (error) {
    throw invalid(file, [`is not YAML: ${(error as Error).message}`]);
  }
}

function withEnvironment(
  config: z.output<typeof configSchema>,
  env: Readonly<Record<string, string | undefined>>,
) {
  const asterisk = { ...config.asterisk, url: env['ASTERISK_ARI_URL'] ?? config.asterisk.url };
  if (asterisk.spool !== undefined) asterisk.spool = resolve(asterisk.spool);
  return {
    ...config,
    smpp: config.smpp.map((bind) =>
      bind.tlsCa === undefined ? bind : { ...bind, tlsCa: resolve(bind.tlsCa) },
    ),
    asterisk,
    archive: config.archive && archiveFrom(config.archive, env),
    encryption: config.encryption && encryptionFrom(config.encryption, env),
    store: { ...config.store, url: env['MONGODB_URL'] ?? config.store.url },
    spool: { directory: resolve(config.spool.directory) },
    prompts: { ...config.prompts, directory: resolve(config.prompts.directory) },
    web: { ...config.web, page: resolve(config.web.page) },
  };
}

function archiveFrom(
  archive: NonNullable<z.output<typeof configSchema>['archive']>,
  env: Readonly<Record<string, string | undefined>>,
) {
  const { directory, url } = archive;
  return {
    ...archive,
    directory: directory === undefined ? undefined : resolve(directory),
    url: env['ARCHIVE_MONGODB_URL'] ?? url,
  };
}

function encryptionFrom(
  encryption: NonNullable<z.output<typeof configSchema>['encryption']>,
  env: Readonly<Record<string, string | undefined>>,
) {
  const { file, url } = encryption;
  return {
    ...encryption,
    file: file === undefined ? undefined : resolve(file),
    url: env['KEYS_MONGODB_URL'] ?? url,
  };
}

/** Faults between keys that each look right. */
function contradictions(
  config: z.output<typeof configSchema>,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const wrong: string[] = [];
  const classes = Object.keys(config.classes);
  config.numbers.ranges.forEach((r, i) => {
    if (!classes.includes(r.class))
      wrong.push(line(`numbers.ranges[${i}].class`, r.class, `one of ${classes.join(', ')}`));
  });
  wrong.push(...archiveProblems(config.archive, env).map((problem) => line(...problem)));
  wrong.push(...encryptionProblems(config.encryption, config.store.database, env).map((one) => line(...one)));
  wrong.push(...webProblems(config.web, env).map((problem) => line(...problem)));
  wrong.push(...webhookProblems(config, env).map((problem) => line(...problem)));
  const trunks = config.trunks.map((t) => t.name);
  const nodes = config.sync?.nodes.map((node) => node.name) ?? [];
  for (const [path, names] of [['trunks', trunks] as const, ['sync.nodes', nodes] as const])
    names.forEach((name, i) => {
      if (names.indexOf(name) !== i) wrong.push(line(`${path}[${i}].name`, name, 'a name of its own'));
    });
  if (!trunks.includes(config.asterisk.trunk))
    wrong.push(line('asterisk.trunk', config.asterisk.trunk, `one of ${trunks.join(', ')}`));
  wrong.push(...wrongLines(config));
  wrong.push(...wrongBilling(config.billing));
  for (const [key, c] of Object.entries(config.classes)) {
    if (!isTimeZone(c.timeZone))
      wrong.push(line(`classes.${key}.timeZone`, c.timeZone, 'an IANA time zone, as Europe/Zurich'));
    const usesTwilio = c.notify.some((rule) => rule.gateway === 'twilio');
    if (usesTwilio && config.twilio === undefined)
      wrong.push(line(`classes.${key}.notify`, 'twilio', 'a section `twilio`, or another gateway'));
    if (c.notify.some((rule) => rule.gateway === 'smpp') && config.smpp.length === 0)
      wrong.push(line(`classes.${key}.notify`, 'smpp', 'a section `smpp`, or another gateway'));
    if (c.notify.some((rule) => rule.gateway === 'email') && config.email?.relay === undefined)
      wrong.push(
        line(`classes.${key}.notify`, 'email', 'a section `email` with a `relay`, or another gateway'),
      );
    wrong.push(...wrongNumbers(key, c, config.numbers));
  }
  config.smpp.forEach(({ name, tls, tlsCa, tlsClient }, i) => {
    if (tlsCa !== undefined && !tls)
      wrong.push(line(`smpp[${i}].tls`, tls, 'true, since there is a `tlsCa`'));
    if (tlsClient !== undefined && !tls)
      wrong.push(line(`smpp[${i}].tls`, tls, 'true, since there is a `tlsClient`'));
    if (config.smpp.findIndex((one) => one.name === name) !== i)
      wrong.push(line(`smpp[${i}].name`, name, 'a name of its own'));
    if (smppPassword(name, env) === undefined)
      wrong.push(line(`smpp[${i}]`, 'no password', `${smppVariable(name)} in the environment`));
  });
  if (config.email?.relay?.user !== undefined && env['EMAIL_RELAY_PASSWORD'] === undefined)
    wrong.push(line('email.relay.user', 'no password', 'EMAIL_RELAY_PASSWORD in the environment'));
  if (config.sipEdge !== undefined && !trunks.includes(config.sipEdge.trunk))
    wrong.push(line('sipEdge.trunk', config.sipEdge.trunk, `one of ${trunks.join(', ')}`));
  if (config.sipEdge !== undefined && !/^[^|\s]+$/.test(env['DRACHTIO_SECRET'] ?? ''))
    wrong.push(line('sipEdge', 'no secret', 'DRACHTIO_SECRET in the environment, without spaces and `|`'));
  if (config.asterisk.manager !== undefined && !env['ASTERISK_AMI_PASSWORD'])
    wrong.push(line('asterisk.manager', 'no password', 'ASTERISK_AMI_PASSWORD in the environment'));
  if (config.twilio !== undefined && !(env['TWILIO_ACCOUNT_SID'] && env['TWILIO_AUTH_TOKEN'])) {
    wrong.push(
      line('twilio', 'no credentials', 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the environment'),
    );
  }
  return wrong;
}

/** Lines are Asterisk's, and a span has one use. */
function wrongLines({ trunks, switch: chosen, sipEdge }: z.output<typeof configSchema>): string[] {
  const wrong: string[] = [];
  const taken = new Set<number>();
  const lines = trunks.filter((trunk) => trunk.line !== undefined);
  if (lines.length > mostGroups) wrong.push(line('trunks', `${lines.length} lines`, `${mostGroups} at most`));
  trunks.forEach(({ name, line: own }, i) => {
    if (own === undefined) return;
    if (chosen !== 'asterisk') wrong.push(line(`trunks[${i}].line`, chosen, '`switch: asterisk`'));
    if (sipEdge?.trunk === name) wrong.push(line('sipEdge.trunk', name, 'a SIP trunk'));
    for (const span of own.spans) {
      if (taken.has(span))
        wrong.push(line(`trunks[${i}].line.spans`, span, 'a span that no other trunk has'));
      taken.add(span);
    }
  });
  return wrong;
}

function wrongBilling({ timeZone, rates }: Config['billing']): string[] {
  const zone = isTimeZone(timeZone)
    ? []
    : [line('billing.timeZone', timeZone, 'an IANA time zone, as Europe/Zurich')];
  return zone.concat(rateProblems(rates).map((problem) => `billing.rates: ${problem}`));
}

/** What is called or written to at the operator's cost is checked when it is set, and again when it is used. */
function wrongNumbers(
  key: string,
  { toll, operator, notify }: z.output<typeof configSchema>['classes'][string],
  numbers: z.output<typeof configSchema>['numbers'],
): string[] {
  const plan = createNumberPlan(numbers);
  const wrong = tollProblems(toll).map(({ rule, what }) =>
    line(`classes.${key}.toll${rule === undefined ? '' : `.rules[${rule}]`}`, what, tollForm),
  );
  if (
    operator !== undefined &&
    judgeCall(toll, numbers.callable, operator, numberFacts(operator, plan)).kind === 'denied'
  )
    wrong.push(line(`classes.${key}.operator`, operator, 'a number that the toll rules of the class allow'));
  notify.forEach(({ to, gateway }, i) => {
    const path = `classes.${key}.notify[${i}].to`;
    // Those have been looked at.
    if (gateway === 'webhook' && isHookTarget(to)) return;
    if (gateway === 'webhook')
      return void wrong.push(line(path, to, 'an https:// address, or hook: and a name'));
    if (to === 'subscriber') return;
    if (isHookTarget(to))
      return void wrong.push(line(path, to, gateway === 'email' ? 'an e-mail address' : 'a number'));
    if (isAddress(to) !== (gateway === 'email'))
      wrong.push(line(path, to, gateway === 'email' ? 'an e-mail address' : 'a number'));
    else if (gateway !== 'email' && !mayBeTexted(to, plan))
      wrong.push(line(path, to, 'no access, emergency or premium-rate number'));
  });
  return wrong;
}

const tollForm =
  'rules with a prefix, a destination or both (premium: a prefix), that do not contradict each other';

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue): string {
  const path = issue.path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    '',
  );
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => noSuchKey(issue.path, path ? `${path}.` : '', key)).join('\n  ');
  }
  return line(path || '(file)', issue.input, issue.message);
}

function noSuchKey(at: readonly PropertyKey[], path: string, key: string): string {
  const near = nearKey(configSchema, at, key);
  return `${path}${key}: no such key${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

function line(path: string, found: unknown, allowed: string): string {
  return `${path}: found ${shownValue(found)}, allowed: ${allowed}`;
}

function invalid(file: string | undefined, lines: readonly string[]): Fault {
  const text = `Configuration ${file ?? '(defaults)'} is wrong:\n  ${lines.join('\n  ')}`;
  return new Fault('config-invalid', text, { temporary: false, publicText: text });
}

function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value) as DeepReadonly<T>;
}
