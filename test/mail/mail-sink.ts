/** The far side of our mails: a mail server that keeps what it gets, as the subscriber's own or the relay in front of it. */
import { once } from 'node:events';
import { createTransport } from 'nodemailer';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Kept {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: ParsedMail;
  readonly raw: string;
}

export interface MailSink extends AsyncDisposable {
  readonly port: number;
  readonly kept: Kept[];
  /** What a recipient is answered; `undefined` = taken. */
  verdict: (to: string) => { readonly code: number; readonly text: string } | undefined;
  /** Waits for the next mail to this address, and takes it out of those kept. */
  next(to: string, timeoutMs?: number): Promise<Kept>;
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
}

export async function openMailSink(options: SMTPServerOptions = {}): Promise<MailSink> {
  const waiting = new Set<() => void>();
  const sink = {
    port: 0,
    kept: [] as Kept[],
    verdict: () => undefined,
  } as unknown as { -readonly [K in keyof MailSink]: MailSink[K] };
  let server: SMTPServer | undefined;
  const open = async (): Promise<void> => {
    server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      authOptional: true,
      logger: false,
      closeTimeout: 100,
      disableReverseLookup: true,
      onRcptTo({ address }, _session, answer) {
        const refused = sink.verdict(address);
        if (refused === undefined) answer();
        else answer(Object.assign(new Error(refused.text), { responseCode: refused.code }));
      },
      onData(stream, session, answer) {
        void (async () => {
          const chunks: Buffer[] = [];
          for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
          const raw = Buffer.concat(chunks);
          const { mailFrom, rcptTo } = session.envelope;
          sink.kept.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            mail: await simpleParser(raw, { skipTextToHtml: true }),
            raw: raw.toString(),
          });
          answer();
          for (const look of waiting) look();
        })();
      },
      ...options,
    });
    server.on('error', () => undefined);
    const listening = server.listen(sink.port, '127.0.0.1');
    await once(listening, 'listening');
    sink.port = (listening.address() as { port: number }).port;
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  await open();
  sink.start = open;
  sink.stop = close;
  sink[Symbol.asyncDispose] = close;
  sink.next = (to, timeoutMs = 20_000) =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(look);
        clearTimeout(timer);
      };
      const look = (): void => {
        const at = sink.kept.findIndex((one) => one.to.includes(to));
        if (at < 0) return;
        end();
        resolve(sink.kept.splice(at, 1)[0]!);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no mail to ${to}; those there: ${sink.kept.map((one) => one.to).join(', ')}`));
      }, timeoutMs);
      waiting.add(look);
      look();
    });
  return sink;
}

/** Somebody's mail program, which hands mail to this port. Answers what the server said. */
export async function sendMail(
  port: number,
  mail: Parameters<ReturnType<typeof createTransport>['sendMail']>[0],
): Promise<string> {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  try {
    return (await transport.sendMail(mail)).response;
  } finally {
    transport.close();
  }
}
