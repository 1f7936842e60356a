/** The schema of answerback.yaml: defaults, checks and documentation (scripts/config-docs.ts) in one. */
import { z } from 'zod';
import { callsSection } from './calls.ts';
import { billingSection } from './billing.ts';
import { faxMode, faxSection } from './fax.ts';
import { freeswitch } from './freeswitch.ts';
import { line } from './line.ts';
import { archive } from './archive.ts';
import { callerIds } from './caller-ids.ts';
import { costly } from './costly.ts';
import { depositLimits } from './deposit-limits.ts';
import { email } from './email.ts';
import { encryption } from './encryption.ts';
import { certificateFiles, e164, notificationRule, port, storeUrl } from './parts.ts';
import { name } from './forms.ts';
import { range } from './range.ts';
import { sipEdge } from './sip-edge.ts';
import { smppBind } from './smpp.ts';
import { destinations } from '../core/profile/toll-table.ts';
import { classLimits, optionalClassLimits } from '../core/profile/class-limits.ts';
import { speechSchema } from './speech.ts';
import { sync } from './sync.ts';
import { toolsSchema } from './tools.ts';
import { twilio } from './twilio.ts';
import { webAccess } from './web-access.ts';
import { webApi } from './web-api.ts';
import { webMetrics } from './web-metrics.ts';
import { webhooks } from './webhooks.ts';

const codes = z.int().min(1).max(100);

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, as 22:00');
const tollRule = z
  .strictObject({
    allow: z.boolean().describe('Whether such calls are allowed.'),
    prefix: z
      .string()
      .regex(/^\+[0-9]{1,15}$/, 'a prefix with its plus, as +4479')
      .optional()
      .describe('Numbers that begin so.'),
    destination: z
      .enum(destinations)
      .optional()
      .describe('`internal` is a number served here; the others go by the number’s own kind and country.'),
  })
  .refine(
    (r) => r.prefix !== undefined || r.destination !== undefined,
    'a `prefix`, a `destination`, or both',
  );
const tollTable = z.strictObject({
  rules: z
    .array(tollRule)
    .default([{ allow: true, destination: 'internal' }])
    .describe('Of those that match the longest prefix decides; without one a call is denied.'),
  dailyCalls: z.int().min(0).default(50).describe('Most calls out a day.'),
});

/** A whole number within the limits that hold for classes kept in the store as well. */
const limited = (name: keyof typeof classLimits) =>
  z.int().min(classLimits[name][0]).max(classLimits[name][1]);

/** The same of one that may be absent. */
const atMost = (name: keyof typeof optionalClassLimits) =>
  z.int().min(optionalClassLimits[name][0]).max(optionalClassLimits[name][1]).optional();

const classOfService = z.strictObject({
  language: z.string().default('en').describe('BCP 47 tag of a folder in prompts/ (docs/languages.md).'),
  timeZone: z.string().default('UTC').describe('IANA zone for spoken and written times.'),
  maxMessageSeconds: limited('maxMessageSeconds').default(180).describe('Longest message, in seconds.'),
  maxSilenceSeconds: limited('maxSilenceSeconds')
    .default(10)
    .describe('Silence that ends a recording, in seconds.'),
  minSpeechMs: limited('minSpeechMs')
    .default(300)
    .describe('Recordings with less speech make no message, in milliseconds.'),
  retentionDays: limited('retentionDays').default(30).describe('How long a message is kept, in days.'),
  referenceDays: limited('referenceDays')
    .default(7)
    .describe('How long a reference opens its message, in days.'),
  maxMessages: limited('maxMessages').default(1000).describe('Most messages in one mailbox.'),
  maxBytes: atMost('maxBytes').describe('The same in bytes, of all kinds together; without it no limit.'),
  maxSeconds: atMost('maxSeconds').describe('The same in seconds of sound and video; without it no limit.'),
  urgentReservePercent: atMost('urgentReservePercent').describe(
    'Share of these limits, in percent above them, that a full mailbox still takes urgent messages in; 0 if absent.',
  ),
  memoryBytes: atMost('memoryBytes').describe(
    'Memory allocation: above it messages go to the archive, the longest not accessed first; without it none does.',
  ),
  archiveAfterDays: atMost('archiveAfterDays').describe(
    'Days without access after which a message may be archived; 30 if absent.',
  ),
  compressAfterDays: atMost('compressAfterDays').describe(
    'Days without access after which a message is kept in less space; never if absent.',
  ),
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
  quietHours: z
    .strictObject({
      from: timeOfDay.describe('Begin, in the subscriber’s zone.'),
      to: timeOfDay.describe('End.'),
    })
    .optional()
    .describe('When nobody is disturbed; urgent messages are told of at any time.'),
  trashDays: limited('trashDays').default(7).describe('Days that a deleted message can be brought back.'),
  pin: z
    .enum(['always', 'untrusted'])
    .default('untrusted')
    .describe('Whose calls ask for the PIN: all, or only those whose caller ID cannot be believed.'),
  operator: e164.optional().describe('Number that the operator key calls.'),
  toll: tollTable.prefault({}).describe('Where subscribers may be connected to at your cost.'),
  deliverByCall: z.boolean().default(false).describe('New messages are brought by a call.'),
  lamp: z
    .boolean()
    .default(false)
    .describe('Keep the message waiting indication (RFC 3842) of these mailboxes.'),
  fax: faxMode,
  deposits: depositLimits,
  callerIds,
  transcribe: z.boolean().default(false).describe('Voice messages are written down by speech recognition.'),
});

const trunk = z.strictObject({
  name: name.describe('Its name as an endpoint of the switch.'),
  host: z.string().default('127.0.0.1').describe('Where the far side is.'),
  port: port.default(5060).describe('SIP port of the far side.'),
  secure: z
    .boolean()
    .default(false)
    .describe(
      'SIP over TLS and SRTP, and nothing else: `npm run asterisk:render` and `freeswitch:render` write it so, see docs/encryption.md.',
    ),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe('ISO 3166 country of national numbers on it; the number plan’s if absent.'),
  trusted: z
    .boolean()
    .default(false)
    .describe('Caller IDs that it sends can be believed: opens messages without a PIN.'),
  attests: z
    .boolean()
    .default(false)
    .describe(
      'It checks signed caller IDs (STIR/SHAKEN), and no one but it sets P-Attestation-Indicator or the parameter `verstat`: attestation A is believed, and all are shown.',
    ),
  line: line
    .optional()
    .describe(
      'A line of the telephone network (E1, T1) in place of SIP, see docs/lines.md: `host` and `port` do not count.',
    ),
});

export const configSchema = z.strictObject({
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
        .describe(
          'Prefixes that all subscribers may be connected to where no toll rule of theirs says anything.',
        ),
      costly,
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
    .default([{ name: 'trunk', host: '127.0.0.1', port: 5060, secure: false, trusted: true, attests: false }])
    .describe('Trunks: SIP, and lines of the telephone network.'),
  switch: z
    .enum(['asterisk', 'freeswitch'])
    .default('asterisk')
    .describe('The telephone switch; its own section says where it is.'),
  freeswitch,
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
          'Recording directory of the switch, if this host sees it (`<astspooldir>/recording`); else recordings are fetched over ARI, no message can be heard by telephone, and no fax comes in. Messages being heard lie beside it in `<app>-play`, for the switch alone if the controller runs under its user or in its group.',
        ),
      trunk: name.default('trunk').describe('Trunk for calls and texts out.'),
      timeoutMs: z
        .int()
        .min(100)
        .default(5000)
        .describe('Longest wait for an answer of the switch, in milliseconds.'),
      manager: z
        .strictObject({
          host: z.string().default('127.0.0.1').describe('Where it is.'),
          port: port.default(5038).describe('Its TCP port.'),
          user: z
            .string()
            .default('answerback')
            .describe('Its user, with `write = system`; the password is ASTERISK_AMI_PASSWORD.'),
        })
        .optional()
        .describe(
          'Manager interface (AMI) of the switch, for lamps that tell of fax, text, video and urgent messages; without it they tell of voice alone.',
        ),
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
  archive: archive
    .optional()
    .describe('Where messages go that are over the memory allocation; without it none do.'),
  encryption: encryption.optional().describe('Encryption at rest, on if it is here; see docs/encryption.md.'),
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
  calls: callsSection,
  deliver: z
    .strictObject({
      ringSeconds: z.int().min(5).max(120).default(30).describe('How long a subscriber’s phone rings.'),
      maxTries: z.int().min(1).default(3).describe('Calls until a delivery is given up.'),
      retryMs: z.int().min(10).default(60_000).describe('Wait between calls, in milliseconds.'),
    })
    .prefault({})
    .describe('Calls to subscribers that play a message.'),
  fax: faxSection,
  references: z
    .strictObject({
      maxWrong: z
        .int()
        .min(1)
        .max(99)
        .default(5)
        .describe('Wrong references from one caller before it has to wait.'),
      windowMinutes: z.int().min(1).default(15).describe('For how long wrong ones count, in minutes.'),
      perCall: z.int().min(1).max(10).default(3).describe('Tries in one call.'),
    })
    .prefault({})
    .describe('Protection of references against guessing.'),
  pins: z
    .strictObject({
      memoryKiB: z
        .int()
        .min(64)
        .max(1_048_576)
        .default(19_456)
        .describe('Memory of one hash of a PIN (Argon2id), in KiB.'),
      passes: z.int().min(1).max(100).default(2).describe('Passes of one hash.'),
      atOnce: z.int().min(1).max(64).default(2).describe('Hashes made at once; others wait.'),
      codeMinutes: z
        .int()
        .min(1)
        .max(60)
        .default(10)
        .describe('How long a one-time code is good, in minutes.'),
      codesPerHour: codes.default(3).describe('Most one-time codes by text to one subscriber in an hour.'),
      strangersCodesPerHour: codes
        .default(60)
        .describe('The same for all callers of a trunk whose numbers cannot be believed.'),
    })
    .prefault({})
    .describe('PINs of subscribers; see docs/security.md.'),
  audit: z
    .strictObject({
      days: z
        .int()
        .min(1)
        .max(3650)
        .default(365)
        .describe('How long it is kept who got in and who did not, in days.'),
    })
    .prefault({})
    .describe('The audit of logins.'),
  billing: billingSection,
  twilio: twilio
    .optional()
    .describe('Twilio; TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN come from the environment.'),
  smpp: z
    .array(smppBind)
    .max(16)
    .default([])
    .describe('Binds to SMSCs (SMPP 3.4); the passwords come from the environment.'),
  sipEdge: sipEdge.optional(),
  sync: sync.optional().describe('Other nodes, for subscribers who are there; see docs/roaming.md.'),
  tools: toolsSchema,
  email: email.optional().describe('E-mail in and out; see docs/email.md.'),
  speech: speechSchema,
  web: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to listen on.'),
      port: z
        .int()
        .min(0)
        .max(65535)
        .default(8080)
        .describe('Port for the API, webhooks and health; 0 picks one.'),
      api: webApi,
      tls: certificateFiles.optional().describe('Speaks HTTPS; see docs/encryption.md.'),
      page: z.string().default('web/dist').describe('Folder with the built page; see docs/web.md.'),
      ...webAccess,
      metrics: webMetrics,
    })
    .prefault({})
    .describe('The web server.'),
  webhooks,
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
