/** Whoever texts and mails go through: a connection is made and closed, nothing is sent. */
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { certificateFinding } from './certificates.ts';
import { ok, skipped, wrong, type Check, type Finding, type Patient } from '../check.ts';

interface FarSide {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** From the first byte on. */
  readonly tls: boolean;
  /** File of the certificates that are trusted, PEM. */
  readonly ca?: string | undefined;
  /** How what it says first begins. */
  readonly greeting?: RegExp;
  /** Key of the configuration. */
  readonly key: string;
}

export const gateways: Check = {
  name: 'gateways',
  about: 'SMSCs, the mail relay and Twilio can be reached (nothing is sent)',
  async run(patient) {
    const all = farSides(patient);
    if (all.length === 0) return [skipped('no SMSC, mail relay or Twilio is configured')];
    return (await Promise.all(all.map((one) => reach(one, patient.answerMs)))).flat();
  },
};

function farSides({ config }: Patient): readonly FarSide[] {
  const relay = config.email?.relay;
  const api = config.twilio && new URL(config.twilio.api ?? 'https://api.twilio.com');
  return [
    ...config.smpp.map(({ name, host, port, tls, tlsCa }) => ({
      name: `SMSC ${name}`,
      host,
      port,
      tls,
      ca: tlsCa,
      key: 'smpp[]',
    })),
    ...(relay === undefined
      ? []
      : [
          {
            name: 'mail relay',
            host: relay.host,
            port: relay.port,
            tls: relay.tls === 'implicit',
            greeting: /^220[ -]/,
            key: 'email.relay',
          },
        ]),
    ...(api === undefined
      ? []
      : [
          {
            name: 'Twilio',
            host: api.hostname,
            port: Number(api.port) || (api.protocol === 'https:' ? 443 : 80),
            tls: api.protocol === 'https:',
            key: 'twilio',
          },
        ]),
  ];
}

async function reach(side: FarSide, answerMs: number): Promise<readonly Finding[]> {
  const { name, host, port, tls, greeting, key } = side;
  const place = `${host}:${port}${tls ? ' (TLS)' : ''}`;
  let socket: Socket | TLSSocket | undefined;
  try {
    const ca = side.ca === undefined ? undefined : await readFile(side.ca, 'utf8');
    socket = tls
      ? connectTls({ host, port, servername: host, ...(ca === undefined ? {} : { ca }) })
      : connectTcp({ host, port });
    await event(socket, tls ? 'secureConnect' : 'connect', answerMs);
    if (greeting !== undefined) {
      const said = String(await event(socket, 'data', answerMs));
      if (!greeting.test(said))
        return [
          wrong(
            `${name} at ${place} answers with something else`,
            `see that ${key} names the right host and port`,
          ),
        ];
    }
    const certificate = 'getPeerX509Certificate' in socket ? socket.getPeerX509Certificate() : undefined;
    const expiry =
      certificate && certificateFinding(certificate, `the certificate of ${name}`, 'tell whoever runs it');
    return [ok(`${name} at ${place}`), ...(expiry === undefined ? [] : [expiry])];
  } catch (error) {
    return [
      wrong(
        `${name} at ${place} cannot be reached: ${(error as Error).message}`,
        `see that it is up, that the firewall lets this machine out, and that ${key} is right`,
      ),
    ];
  } finally {
    socket?.destroy();
  }
}

/** What comes with it. @throws the socket's error, or one that says that nothing came in time */
function event(socket: Socket, name: string, ms: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (work: () => void): void => {
      clearTimeout(timer);
      socket.off(name, came);
      work();
    };
    const came = (value: unknown): void => end(() => resolve(value));
    const timer = setTimeout(() => end(() => reject(new Error(`no answer within ${ms / 1000} s`))), ms);
    socket.once(name, came);
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => end(() => reject(new Error('it closed the connection'))));
  });
}
