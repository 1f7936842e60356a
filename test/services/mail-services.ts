/**
 * E-mail on a real store: the server that takes mail in, a mail server that gets what goes out, and between them the services
 * as the controller puts them together.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Envelope, Message } from '../../app/core/message/message.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import type { Settings } from '../../app/core/profile/settings.ts';
import { openMailGateway } from '../../app/gateways/email/open.ts';
import { openMailServer } from '../../app/gateways/email/server.ts';
import { createMailsIn, createMailsOut } from '../../app/controller/mailing.ts';
import type { OutgoingText, TextGateway } from '../../app/ports/gateway.ts';
import type { Delivery } from '../../app/ports/store.ts';
import { createAccount } from '../../app/services/account.ts';
import { createCommands } from '../../app/services/command.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { createCounting } from '../../app/services/counting.ts';
import { createDeposits } from '../../app/services/deposit.ts';
import type { MailToFax } from '../../app/services/mail-in.ts';
import { createLinks } from '../../app/services/links.ts';
import { createNotify } from '../../app/services/notify.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createRetrieval } from '../../app/services/retrieve.ts';
import { createSendMails } from '../../app/services/send-mail.ts';
import { createSearch } from '../../app/services/search.ts';
import { createSends } from '../../app/services/send.ts';
import { createTolls } from '../../app/services/tolls.ts';
import { createTranscripts } from '../../app/services/transcripts.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openMailSink, sendMail } from '../mail/mail-sink.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { openTokens } from '../../app/secrets/open-tokens.ts';
import { openTestStore } from '../storage/local-store.ts';
import { allowing } from './allowing.ts';
import { sampleClass } from './sample-class.ts';

export const access = '+12025550199' as E164;
export const bob = '+12025550147' as E164;
export const domain = 'voice.example';

type Draft = Partial<Omit<Envelope, 'id' | 'parts'>>;

export interface MailServicesOptions {
  readonly standard?: Partial<ClassOfService>;
  readonly fax?: MailToFax;
  /** Counters are raised a moment later, as by the controller. */
  readonly counting?: boolean;
}

export type MailServicesWorld = Awaited<ReturnType<typeof openMailServices>>;

export async function openMailServices(options: MailServicesOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-mail-'));
  const test = await openTestStore();
  const sink = await openMailSink();
  const spool = await openSpool({ directory }, { log: silentLog });
  const texts: OutgoingText[] = [];
  const calls: Pick<Delivery, 'message' | 'purpose' | 'to'>[] = [];
  const working = new Set<Promise<void>>();
  const watch = (work: Promise<unknown>): void => {
    const watched: Promise<void> = work.then(() => undefined).finally(() => working.delete(watched));
    working.add(watched);
  };
  let n = 0;
  let nowMs = Date.UTC(2026, 0, 5, 12);
  const clock = { now: () => new Date(nowMs) };
  const profiles = createProfiles(() => ({
    standard: sampleClass({
      maxMessages: 1000,
      welcome: false,
      notify: [{ gateway: 'email', to: 'subscriber' }],
      ...options.standard,
    }),
  }));
  const plan = createNumberPlan({
    access: [access],
    country: 'US',
    ranges: [{ prefix: '+1202555', class: 'standard' }],
  });
  const { store } = test;
  const log = silentLog;
  const shared = { store, clock, profiles, plan, random: systemRandom, log, texts: shippedTexts, access };
  const relay = {
    host: '127.0.0.1',
    port: sink.port,
    tls: 'none',
    connections: 4,
  } as const;
  const listen = { host: '127.0.0.1', port: 0, maxBytes: 1_000_000, maxClients: 50 };
  const email = {
    domains: [domain, 'other.example'],
    names: { postmaster: '+12025550100' },
    faxDomain: 'fax.example',
    listen,
    relay,
  };
  const config = {
    email,
    smpp: [{} as never],
    twilio: undefined,
  };
  const account = createAccount({ ...shared, cdrs: store.cdrs });
  const tolls = createTolls({ ...shared, account, callable: ['+1303'] });
  const byText = (name: 'sip' | 'smpp'): TextGateway => ({
    name,
    send: async (text) => {
      texts.push(text);
      return {};
    },
  });
  const gateway = openMailGateway({ ...relay, hostname: 'mail.voice.example' });
  const lamps = { publish: async () => undefined };
  const conversions = createConversions({ store, converters: [], log });
  const transcripts = createTranscripts({ ...shared, conversions, onDue: () => undefined });
  const notify = createNotify({
    ...shared,
    account,
    gateways: new Map([
      ['email', gateway],
      ['sip', byText('sip')],
      ['smpp', byText('smpp')],
    ]),
    mails: createMailsOut(
      config,
      shared,
      conversions,
      createLinks({ ...shared, tokens: openTokens(), publicUrl: 'https://page.example' }),
    ),
    lamps,
    transcripts,
    retry: { maxTries: 3, firstRetryMs: 1000, maxRetryMs: 1000 },
    onDue: () => undefined,
    requestCall: async () => undefined,
    hasPin: async () => true,
  });
  const counting = createCounting({ ...shared, onCounted: () => undefined });
  const deposits = createDeposits({
    ...shared,
    spool,
    ...(options.counting === true ? { counting } : {}),
    isServedNumber: () => false,
    onRecounted: () => undefined,
    onStored: (message, mailbox) => watch(notify.work(message, message.pending, mailbox)),
  });
  const limits = { maxWrong: 5, windowMinutes: 15 };
  const retrieval = createRetrieval({ ...shared, lamps, account, limits });
  const commands = createCommands({
    ...shared,
    account,
    tolls,
    notify,
    deliveries: {
      request: async ({ message, purpose, to }) =>
        void calls.push({ purpose, to, ...(message === undefined ? {} : { message }) }),
    },
    retrieval,
    transcripts,
    search: createSearch(shared),
    later: watch,
    trunks: [],
    smsNumbers: [],
  });
  const sends = createSends({ ...shared, deposits });
  const intake = createMailsIn(
    config,
    shared,
    { commands, sends, notify, tolls, deposits, allowance: allowing({ ...shared, log }), account },
    options.fax,
  );
  if (intake === undefined) throw new Error('no mail comes in');
  const server = await openMailServer(
    { ...listen, sizeBytes: listen.maxBytes, hostname: 'mail.voice.example' },
    { intake, log },
  );
  const settled = async (): Promise<void> => {
    while (working.size > 0) await Promise.all(working);
  };
  return {
    test,
    store,
    sink,
    spool,
    /** Texts that went out by SIP MESSAGE or SMPP. */
    texts,
    /** Calls that were asked for. */
    calls,
    intake,
    /** What the services share, and some of them. */
    shared,
    deposits,
    account,
    notify,
    sends,
    retrieval,
    port: server.port,
    sendMails: createSendMails({ notify }),
    settled,
    at(time: string): void {
      nowMs = Date.parse(time);
    },
    async work(): Promise<void> {
      await notify.runDue(AbortSignal.timeout(20_000));
    },
    /** Somebody mails; answers what the server said, when all that is due has been told. */
    async mail(mail: Parameters<typeof sendMail>[1]): Promise<string> {
      try {
        return await sendMail(server.port, {
          from: 'alice@far.example',
          subject: 'Keys',
          text: 'Hello',
          ...mail,
        });
      } catch (error) {
        return (error as { response?: string }).response ?? String(error);
      } finally {
        await settled();
      }
    },
    async subscriber(settings: Settings = {}, number: E164 = bob): Promise<Mailbox> {
      const made = await store.mailboxes.create({
        id: systemRandom.uuid() as MailboxId,
        number,
        origin: 'provisioned',
        classOfService: 'standard',
        created: clock.now(),
        status: 'active',
        settings: { addresses: { email: `bob${number.slice(-2)}@home.example` }, ...settings },
      });
      if (made.kind !== 'created') throw new Error(made.kind);
      return made.mailbox;
    },
    /** A message by another network. */
    async leave(
      to: E164,
      draft: Draft = {},
      part = { contentType: 'audio/PCMU', bytes: new Uint8Array(8000).fill(0x7f) },
    ) {
      n += 1;
      const result = await deposits.take({
        draft: {
          kind: 'voice',
          origin: { network: 'sip', id: `call-${n}` },
          from: { number: '+12025550123', private: false },
          received: clock.now(),
          urgent: false,
          confidential: false,
          cut: false,
          ...draft,
          to,
        },
        ...part,
        ...(part.contentType.startsWith('audio/') ? { durationMs: 4000 } : {}),
        classOfService: 'standard',
      });
      if (result.kind !== 'stored') throw new Error(result.kind);
      await settled();
      return result.message;
    },
    async messages(number: E164 = bob): Promise<Message[]> {
      const mailbox = await store.mailboxes.find(number);
      return mailbox === undefined ? [] : store.messages.list(mailbox.id, { limit: 50 });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await settled();
      await server[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
      await sink[Symbol.asyncDispose]();
      await account.flush();
      await counting.stop();
      await test[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
