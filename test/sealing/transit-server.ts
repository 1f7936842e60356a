/** A real OpenBao with a transit engine, over TLS, and what stands for one that answers otherwise than it should. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onMachine, openbaoBinary } from '../../scripts/stack/machine.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startProgram } from '../../scripts/stack/program.ts';

export interface TransitServer extends AsyncDisposable {
  readonly url: string;
  /** PEM of its authority. */
  readonly ca: string;
  /** As the one who runs it. @returns `data` of the answer */
  ask(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** A token that may wrap and unwrap with the key `answerback`, and nothing else. */
  token(): Promise<string>;
}

export const hasOpenBao = (): boolean => existsSync(openbaoBinary());

export async function openTransitServer(directory: string): Promise<TransitServer> {
  const port = await freePort();
  const certificates = join(directory, 'certificates');
  await mkdir(certificates);
  const address = `127.0.0.1:${port}`;
  const args = ['server', '-dev-tls', `-dev-tls-cert-dir=${certificates}`, '-dev-no-store-token'];
  args.push('-dev-root-token-id=root', `-dev-listen-address=${address}`);
  const url = `https://${address}`;
  const authority = async (): Promise<string> => {
    const [file] = ['vault-ca.pem', 'ca.pem', 'openbao-ca.pem'].filter((one) =>
      existsSync(join(certificates, one)),
    );
    return readFile(join(certificates, file ?? 'vault-ca.pem'), 'utf8');
  };
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const ca = await authority();
    return new Promise((resolve, reject) => {
      const asking = request(
        `${url}/v1/${path}`,
        { method, ca, headers: { 'x-vault-token': 'root' } },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('end', () => {
            const text = Buffer.concat(pieces).toString();
            if ((answer.statusCode ?? 500) >= 300) reject(new Error(`${answer.statusCode}: ${text}`));
            else resolve((text === '' ? {} : JSON.parse(text)) as Record<string, unknown>);
          });
        },
      );
      asking.on('error', reject);
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
  const program = await startProgram({
    name: 'openbao',
    command: onMachine(openbaoBinary(), args),
    logFile: join(directory, 'openbao.log'),
    ready: () =>
      ask('GET', 'sys/health').then(
        () => true,
        () => false,
      ),
  });
  await ask('POST', 'sys/mounts/transit', { type: 'transit' });
  await ask('POST', 'transit/keys/answerback', { type: 'aes256-gcm96' });
  const rule = (what: string): string => `path "transit/${what}/answerback" { capabilities = ["update"] }`;
  await ask('PUT', 'sys/policies/acl/answerback', { policy: `${rule('encrypt')}\n${rule('decrypt')}` });
  return {
    url,
    ca: await authority(),
    ask,
    async token() {
      const { auth } = await ask('POST', 'auth/token/create', {
        policies: ['answerback'],
        no_default_policy: true,
      });
      return (auth as { client_token: string }).client_token;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Answers each request as it is told. */
export async function openFalseServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
