/**
 * The only reader of process.env and of the YAML file. One schema gives defaults, checks and documentation
 * (scripts/config-docs.ts); secrets come from the environment alone.
 */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fault } from './core/errors.ts';

const e164 = z.string().regex(/^\+[1-9]\d{4,14}$/, 'a number in E.164 form with its plus, as +12025550123');
const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'lower-case letters, digits, - and _, starting with a letter');
const storeUrlForm = 'a mongodb:// or mongodb+srv:// address';
const storeUrl = z.string().regex(/^mongodb(\+srv)?:\/\//, storeUrlForm);
const port = z.int().min(1).max(65535);

const notificationRule = z.strictObject({
  gateway: z.enum(['sip', 'twilio', 'console']).describe('How the text goes out.'),
  to: z
    .union([z.literal('subscriber'), e164])
    .default('subscriber')
    .describe("`subscriber` is the mailbox's own number."),
});

const classOfService = z.strictObject({
  language: z.string().default('en').describe('BCP 47 tag: a folder in prompts/ and of the text templates.'),
  timeZone: z.string().default('UTC').describe('IANA zone for spoken and written times.'),
  maxMessageSeconds: z.int().min(1).max(3600).default(180).describe('Longest message, in seconds.'),
  maxSilenceSeconds: z
    .int()
    .min(1)
    .max(60)
    .default(10)
    .describe('Silence that ends a recording, in seconds.'),
  minSpeechMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(300)
    .describe('Recordings with less speech make no message, in milliseconds.'),
  retentionDays: z.int().min(1).max(3650).default(30).describe('How long a message is kept, in days.'),
  referenceDays: z
    .int()
    .min(1)
    .max(3650)
    .default(7)
    .describe('How long a reference opens its message, in days.'),
  maxMessages: z.int().min(1).default(1000).describe('Most messages in one mailbox.'),
  review: z
    .boolean()
    .default(true)
    .describe('Callers may press # to review, re-record, append, mark urgent or private.'),
  notify: z
    .array(notificationRule)
    .default([{ gateway: 'sip', to: 'subscriber' }])
    .describe('Who is told of a new message, and how.'),
  welcome: z
    .boolean()
    .default(true)
    .describe('The first message of a new mailbox sends a welcome text first.'),
  lamp: z
    .boolean()
    .default(false)
    .describe('Keep the message waiting indication (RFC 3842) of these mailboxes.'),
});

const range = z
  .strictObject({
    prefix: e164.optional().describe('Numbers that begin so.'),
    from: e164.optional().describe('First number of the range.'),
    to: e164.optional().describe('Last number of the range.'),
    class: name.describe('Class of service of its mailboxes.'),
  })
  .refine(
    (r) =>
      r.prefix === undefined
        ? r.from !== undefined && r.to !== undefined
        : r.from === undefined && r.to === undefined,
    'either `prefix`, or `from` and `to`',
  )
  .refine(
    (r) => r.from === undefined || r.to === undefined || (r.from.length === r.to.length && r.from <= r.to),
    '`from` and `to` of equal length, `from` not after `to`',
  );

const trunk = z.strictObject({
  name: name.describe('Its name as an endpoint of the switch.'),
  host: z.string().default('127.0.0.1').describe('Where the far side is.'),
  port: port.default(5060).describe('SIP port of the far side.'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe('ISO 3166 country of national numbers on it; the number plan’s if absent.'),
  trusted: z
    .boolean()
    .default(false)
    .describe('Caller IDs that it sends can be believed: opens messages without a PIN.'),
});

const schema = z.strictObject({
  node: name.default('home').describe('Name of this node.'),
  numbers: z
    .strictObject({
      access: z
        .array(e164)
        .min(1)
        .default(['+12025550199'])
        .describe('Numbers that subscribers call; the first is written in texts.'),
      country: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .default('US')
        .describe('ISO 3166 country of national numbers.'),
      ranges: z
        .array(range)
        .default([{ prefix: '+1202555', class: 'standard' }])
        .describe('Numbers served here; the longest match wins.'),
      callable: z
        .array(e164)
        .default([])
        .describe('Prefixes besides the ranges that subscribers may be connected to (call the sender).'),
      extensionPrefix: e164.optional().describe('Internal extensions become this prefix and the extension.'),
    })
    .prefault({})
    .describe('The number plan.'),
  classes: z
    .record(name, classOfService.prefault({}).describe('One class of service.'))
    .default({ standard: classOfService.parse({}) })
    .describe('Classes of service by name.'),
  trunks: z
    .array(trunk)
    .default([{ name: 'trunk', host: '127.0.0.1', port: 5060, trusted: true }])
    .describe('SIP trunks.'),
  asterisk: z
    .strictObject({
      url: z
        .url()
        .default('http://127.0.0.1:8088')
        .describe('ARI of the switch; ASTERISK_ARI_URL overrides.'),
      user: z.string().default('answerback').describe('ARI user; the password is ASTERISK_ARI_PASSWORD.'),
      app: name.default('answerback').describe('Stasis application; texts use `<app>-text`.'),
      spool: z
        .string()
        .optional()
        .describe(
          'Recording directory of the switch, if this host sees it (`<astspooldir>/recording`); else recordings are fetched over ARI.',
        ),
      trunk: name.default('trunk').describe('Trunk for calls and texts out.'),
      timeoutMs: z
        .int()
        .min(100)
        .default(5000)
        .describe('Longest wait for an answer of the switch, in milliseconds.'),
    })
    .prefault({})
    .describe('The switch.'),
  store: z
    .strictObject({
      url: storeUrl.default('mongodb://127.0.0.1:27017').describe('MONGODB_URL overrides.'),
      database: name.default('answerback').describe('Database name.'),
      timeoutMs: z
        .int()
        .min(50)
        .default(2000)
        .describe('Longest wait for the store in a call, in milliseconds.'),
    })
    .prefault({})
    .describe('The store.'),
  spool: z
    .strictObject({
      directory: z.string().default('var/deposits').describe('Where deposits wait while the store is away.'),
    })
    .prefault({})
    .describe('Deposits that wait for the store.'),
  prompts: z
    .strictObject({
      directory: z.string().default('var/prompts').describe('Built prompts.'),
      language: z.string().default('en').describe('Language where a mailbox has none.'),
    })
    .prefault({})
    .describe('Prompts.'),
  notify: z
    .strictObject({
      maxTries: z.int().min(1).default(8).describe('Tries until a text is given up as a dead letter.'),
      firstRetryMs: z
        .int()
        .min(10)
        .default(2000)
        .describe('Wait before the second try, in milliseconds; doubled each time.'),
      maxRetryMs: z.int().min(10).default(3_600_000).describe('Longest wait between tries, in milliseconds.'),
    })
    .prefault({})
    .describe('Texts to subscribers.'),
  deliver: z
    .strictObject({
      ringSeconds: z.int().min(5).max(120).default(30).describe('How long a subscriber’s phone rings.'),
      maxTries: z.int().min(1).default(3).describe('Calls until a delivery is given up.'),
      retryMs: z.int().min(10).default(60_000).describe('Wait between calls, in milliseconds.'),
    })
    .prefault({})
    .describe('Calls to subscribers that play a message.'),
  references: z
    .strictObject({
      maxWrong: z.int().min(1).default(5).describe('Wrong references from one caller before it has to wait.'),
      windowMinutes: z.int().min(1).default(15).describe('For how long wrong ones count, in minutes.'),
      perCall: z.int().min(1).max(10).default(3).describe('Tries in one call.'),
    })
    .prefault({})
    .describe('Protection of references against guessing.'),
  twilio: z
    .strictObject({
      from: e164.describe('Sending number.'),
      api: z.url().optional().describe('Other address of its API, for tests and proxies.'),
      publicUrl: z.url().describe('Address of this web server as Twilio sees it; part of its signatures.'),
    })
    .optional()
    .describe('Twilio; TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN come from the environment.'),
  web: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to listen on.'),
      port: z.int().min(0).max(65535).default(8080).describe('Port for webhooks and health; 0 picks one.'),
    })
    .prefault({})
    .describe('The web server.'),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .describe('Least level written.'),
    })
    .prefault({})
    .describe('Logs.'),
});

export { schema as configSchema };

export type Config = DeepReadonly<z.output<typeof schema>>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Passwords and tokens, apart from the configuration so that it can be printed. */
export interface Secrets {
  readonly ariPassword: string;
  readonly twilio: { readonly accountSid: string; readonly authToken: string } | undefined;
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
  const result = schema.safeParse(given, { reportInput: true });
  if (!result.success) throw invalid(file, result.error.issues.map(describeIssue));
  const config = withEnvironment(result.data, env);
  if (!storeUrl.safeParse(config.store.url).success) {
    throw invalid(file, [line('MONGODB_URL', config.store.url, storeUrlForm)]);
  }
  const wrong = contradictions(config, env);
  if (wrong.length > 0) throw invalid(file, wrong);
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = env;
  const secrets: Secrets = {
    ariPassword: env['ASTERISK_ARI_PASSWORD'] ?? '',
    twilio: accountSid && authToken ? { accountSid, authToken } : undefined,
  };
  return { config: deepFreeze(config), secrets };
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
  let looked = Date.now();
  return () => {
    if (Date.now() - looked < everyMs) return classes;
    looked = Date.now();
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

function readYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(file, [`cannot be read: ${(error as Error).message}`]);
  }
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw invalid(file, [`is not YAML: ${(error as Error).message}`]);
  }
}

function withEnvironment(config: z.output<typeof schema>, env: Readonly<Record<string, string | undefined>>) {
  const asterisk = { ...config.asterisk, url: env['ASTERISK_ARI_URL'] ?? config.asterisk.url };
  if (asterisk.spool !== undefined) asterisk.spool = resolve(asterisk.spool);
  return {
    ...config,
    asterisk,
    store: { ...config.store, url: env['MONGODB_URL'] ?? config.store.url },
    spool: { directory: resolve(config.spool.directory) },
    prompts: { ...config.prompts, directory: resolve(config.prompts.directory) },
  };
}

/** Faults between keys that each look right. */
function contradictions(
  config: z.output<typeof schema>,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const wrong: string[] = [];
  const classes = Object.keys(config.classes);
  config.numbers.ranges.forEach((r, i) => {
    if (!classes.includes(r.class))
      wrong.push(line(`numbers.ranges[${i}].class`, r.class, `one of ${classes.join(', ')}`));
  });
  const trunks = config.trunks.map((t) => t.name);
  if (!trunks.includes(config.asterisk.trunk))
    wrong.push(line('asterisk.trunk', config.asterisk.trunk, `one of ${trunks.join(', ')}`));
  for (const [key, c] of Object.entries(config.classes)) {
    if (!isTimeZone(c.timeZone))
      wrong.push(line(`classes.${key}.timeZone`, c.timeZone, 'an IANA time zone, as Europe/Zurich'));
    const usesTwilio = c.notify.some((rule) => rule.gateway === 'twilio');
    if (usesTwilio && config.twilio === undefined)
      wrong.push(line(`classes.${key}.notify`, 'twilio', 'a section `twilio`, or another gateway'));
  }
  if (config.twilio !== undefined && !(env['TWILIO_ACCOUNT_SID'] && env['TWILIO_AUTH_TOKEN'])) {
    wrong.push(
      line('twilio', 'no credentials', 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the environment'),
    );
  }
  return wrong;
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue): string {
  const path = issue.path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    '',
  );
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${path ? `${path}.` : ''}${key}: no such key`).join('\n  ');
  }
  return line(path || '(file)', issue.input, issue.message);
}

function line(path: string, found: unknown, allowed: string): string {
  return `${path}: found ${JSON.stringify(found) ?? 'nothing'}, allowed: ${allowed}`;
}

function invalid(file: string | undefined, lines: readonly string[]): Fault {
  const text = `Configuration ${file ?? '(defaults)'} is wrong:\n  ${lines.join('\n  ')}`;
  return new Fault('config-invalid', text, { temporary: false, publicText: text });
}

function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value) as DeepReadonly<T>;
}
