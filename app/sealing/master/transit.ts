/**
 * A master key that never leaves its server: the transit engine of HashiCorp Vault and OpenBao, over HTTP
 * (https://openbao.org/api-docs/secret/transit/). Its policy needs `update` on `<mount>/encrypt/<key>` and `<mount>/decrypt/<key>`.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request as overTls } from 'node:https';
import { request as overHttp } from 'node:http';
import type { MasterKey } from '../../ports/keys.ts';
import { isFault } from '../../core/errors.ts';
import { away, lost } from '../faults.ts';

export interface TransitOptions {
  /** As `https://vault.example.com:8200`. */
  readonly url: string;
  readonly mount: string;
  readonly key: string;
  readonly namespace?: string | undefined;
  /** PEM of the authorities that its certificate may be from; default: those that this machine trusts. */
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
  readonly token?: string | undefined;
  /** File that an agent keeps the token in; read anew when it is refused. */
  readonly tokenFile?: string | undefined;
}

/** Longest answer, in bytes. */
const mostBytes = 65_536;

export function openTransitMaster(options: TransitOptions): MasterKey {
  return new TransitMaster(options);
}

class TransitMaster implements MasterKey {
  readonly name: string;
  readonly #options: TransitOptions;
  readonly #agent: Agent | undefined;
  #token: Promise<string> | undefined;

  constructor(options: TransitOptions) {
    this.#options = options;
    this.name = `transit ${options.mount}/${options.key}`;
    if (options.url.startsWith('https:'))
      this.#agent = new Agent({ keepAlive: true, ...(options.ca === undefined ? {} : { ca: options.ca }) });
  }

  async current(): Promise<string> {
    const { master } = await this.wrap(new Uint8Array(32), 'answerback/current');
    return master;
  }

  async wrap(key: Uint8Array, about: string) {
    const wrapped = await this.#ask('encrypt', {
      plaintext: Buffer.from(key).toString('base64'),
      associated_data: Buffer.from(about).toString('base64'),
    });
    const text = wrapped['ciphertext'];
    const version = typeof text === 'string' ? /^[a-z]+:(v\d+):/.exec(text)?.[1] : undefined;
    if (typeof text !== 'string' || version === undefined)
      throw away('the key server answers otherwise than transit');
    return { master: `${this.#options.mount}/${this.#options.key}:${version}`, wrapped: text };
  }

  async unwrap({ master, wrapped }: { master: string; wrapped: string }, about: string): Promise<Uint8Array> {
    if (!master.startsWith(`${this.#options.mount}/${this.#options.key}:`))
      throw lost(`${this.name} is not the master key ${master}`);
    const opened = await this.#ask('decrypt', {
      ciphertext: wrapped,
      associated_data: Buffer.from(about).toString('base64'),
    });
    const text = opened['plaintext'];
    if (typeof text !== 'string') throw away('the key server answers otherwise than transit');
    return Buffer.from(text, 'base64');
  }

  /** A token that is refused may have been replaced. */
  async #ask(what: 'encrypt' | 'decrypt', body: object): Promise<Record<string, unknown>> {
    try {
      return await this.#post(what, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (this.#options.tokenFile !== undefined) {
        this.#token = undefined;
        try {
          return await this.#post(what, body);
        } catch (again) {
          if (!(again instanceof Refused)) throw again;
        }
      }
      throw away('the key server refuses the token', error);
    }
  }

  async #post(what: string, body: object): Promise<Record<string, unknown>> {
    const { url, mount, key } = this.#options;
    const { status, text } = await this.#send(new URL(`/v1/${mount}/${what}/${key}`, url), body);
    if (status === 403) throw new Refused();
    // What it says may quote what was sent.
    if (status === 400 && what === 'decrypt')
      throw lost(`the key server cannot decrypt this with ${mount}/${key}`);
    if (status !== 200) throw away(`the key server answers ${status}`);
    try {
      const { data } = JSON.parse(text) as { data?: unknown };
      if (typeof data === 'object' && data !== null) return data as Record<string, unknown>;
    } catch (error) {
      throw away('the key server answers no JSON', error);
    }
    throw away('the key server answers otherwise than transit');
  }

  async #send(url: URL, body: object): Promise<{ status: number; text: string }> {
    const { timeoutMs, namespace } = this.#options;
    const headers = {
      'content-type': 'application/json',
      'x-vault-token': await this.#readToken(),
      'x-vault-request': 'true',
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const options = { method: 'POST', headers, signal, ...(this.#agent ? { agent: this.#agent } : {}) };
    try {
      return await new Promise((resolve, reject) => {
        const sending = (url.protocol === 'https:' ? overTls : overHttp)(url, options, (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (piece: string) => {
            text += piece;
            if (text.length > mostBytes) answer.destroy(new Error('the answer is too long'));
          });
          answer.on('error', reject);
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        });
        sending.on('error', reject);
        sending.end(JSON.stringify(body));
      });
    } catch (error) {
      throw away(`the key server does not answer: ${(error as Error).message}`, error);
    }
  }

  async #readToken(): Promise<string> {
    const { token, tokenFile } = this.#options;
    if (tokenFile === undefined) return token ?? '';
    this.#token ??= readFile(tokenFile, 'utf8').then((text) => text.trim());
    try {
      return await this.#token;
    } catch (error) {
      this.#token = undefined;
      throw isFault(error, 'key-unavailable') ? error : away('the file with the token cannot be read', error);
    }
  }
}

class Refused extends Error {}
