/** The mail server alone: what it takes is kept in a list. */
import { setImmediate } from 'node:timers/promises';
import type { InboundMail, RecipientVerdict } from '../../../app/ports/mail.ts';
import { openMailServer, type MailServerSlice } from '../../../app/gateways/email/server.ts';
import type { ParsersOptions } from '../../../app/gateways/email/parsers.ts';
import { createTransport } from 'nodemailer';
import { silentLog } from '../../ports/silent-log.ts';
import { SmtpDialogue } from '../../mail/smtp-dialogue.ts';

export interface MailWorld extends AsyncDisposable {
  readonly port: number;
  readonly taken: { readonly mail: InboundMail; readonly recipients: readonly string[] }[];
  /** What becomes of recipients; default: all are taken. */
  verdict: (address: string, sender: string) => RecipientVerdict;
  /** Called with each mail before it counts as safe. */
  onTake: () => Promise<void>;
  dial(): Promise<SmtpDialogue>;
  /** Sends these bytes as one mail, lines ended and dots doubled as they must be. Answers the last reply. */
  deliver(raw: string | Buffer, to?: string, from?: string): Promise<string>;
  /** A mail program on the far side. */
  program(): ReturnType<typeof createTransport>;
}

export async function openMailWorld(
  slice: Partial<MailServerSlice> = {},
  parsers: ParsersOptions = {},
): Promise<MailWorld> {
  const taken: MailWorld['taken'] = [];
  const world = {
    taken,
    verdict: (): RecipientVerdict => 'taken',
    onTake: (): Promise<void> => setImmediate(),
  } as unknown as { -readonly [K in keyof MailWorld]: MailWorld[K] };
  const server = await openMailServer(
    {
      host: '127.0.0.1',
      port: 0,
      hostname: 'mail.voice.example',
      sizeBytes: 1_000_000,
      maxClients: 50,
      ...slice,
    },
    {
      log: silentLog,
      parsers,
      intake: {
        recipient: async (address, sender) => world.verdict(address, sender),
        async take(mail, recipients) {
          await world.onTake();
          taken.push({ mail, recipients });
        },
      },
    },
  );
  world.port = server.port;
  world.dial = () => SmtpDialogue.open(server.port);
  world.deliver = async (raw, to = '+12025550147@voice.example', from = 'alice@far.example') => {
    await using client = await SmtpDialogue.open(server.port);
    await client.begin(to, from);
    const text = typeof raw === 'string' ? raw : raw.toString('latin1');
    const lines = text.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
    await client.push(Buffer.from(`${lines}\r\n.\r\n`, typeof raw === 'string' ? 'utf8' : 'latin1'));
    return await client.reply();
  };
  world.program = () =>
    createTransport({ host: '127.0.0.1', port: server.port, tls: { rejectUnauthorized: false } });
  world[Symbol.asyncDispose] = () => server[Symbol.asyncDispose]();
  return world;
}

/** A mail with these headers and body. */
export function mailOf(headers: Readonly<Record<string, string>>, body = 'Hello'): string {
  const all = { From: 'Alice <alice@far.example>', Subject: 'Keys', ...headers };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')}\n${body}\n`;
}
