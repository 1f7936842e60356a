/** Master keys in a file or the environment: AES-256-GCM, wrapped as base64url of nonce (12 bytes) || ciphertext || tag (16). */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Fault, isFault } from '../../core/errors.ts';
import type { MasterKey } from '../../ports/keys.ts';
import { lost } from '../faults.ts';

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The first wraps; the others only open. */
type Keys = ReadonlyMap<string, Uint8Array>;

/**
 * @param file a line for each key: its name, a blank and 32 bytes in base64; what comes after `#` is a comment
 * @throws Fault `config-invalid` if there is no key in it, or what is in it is none
 */
export function openFileMaster(file: string): MasterKey {
  let seen: number | undefined;
  const read = (): Keys | undefined => {
    const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === seen && seen !== undefined) return undefined;
    seen = mtimeMs;
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw wrong(`encryption.file cannot be read: ${(error as Error).message}`);
    }
    return parseKeys(text.split('\n'), 'encryption.file');
  };
  return new LocalMaster(`file ${file}`, read() ?? new Map(), read);
}

/** @param text as ANSWERBACK_MASTER_KEYS has it: the same lines, parted by commas. @throws Fault `config-invalid` */
export function openEnvironmentMaster(text: string): MasterKey {
  return new LocalMaster('environment', parseKeys(text.split(','), 'ANSWERBACK_MASTER_KEYS'));
}

class LocalMaster implements MasterKey {
  readonly name: string;
  #keys: Keys;
  /** Those of now, if they changed. */
  readonly #read: (() => Keys | undefined) | undefined;

  constructor(name: string, keys: Keys, read?: () => Keys | undefined) {
    this.name = name;
    this.#keys = keys;
    this.#read = read;
  }

  async current(): Promise<string> {
    return this.#first()[0];
  }

  async wrap(key: Uint8Array, about: string) {
    const [master, secret] = this.#first();
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', secret, nonce);
    cipher.setAAD(Buffer.from(about));
    const body = cipher.update(key);
    cipher.final();
    return { master, wrapped: Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url') };
  }

  async unwrap({ master, wrapped }: { master: string; wrapped: string }, about: string): Promise<Uint8Array> {
    const secret = this.#keys.get(master) ?? this.#now().get(master);
    if (secret === undefined) throw lost(`the master key ${master} is not in ${this.name}`);
    const all = Buffer.from(wrapped, 'base64url');
    // A shorter tag would be taken for one, and be guessed sooner.
    if (all.length <= nonceBytes + tagBytes) throw lost('what is wrapped is cut');
    try {
      const decipher = createDecipheriv('aes-256-gcm', secret, all.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(about));
      decipher.setAuthTag(all.subarray(all.length - tagBytes));
      const key = decipher.update(all.subarray(nonceBytes, all.length - tagBytes));
      decipher.final();
      return key;
    } catch (error) {
      throw lost(`the master key ${master} of ${this.name} is another than the one that wrapped this`, error);
    }
  }

  #first(): [string, Uint8Array] {
    const [first] = this.#now();
    if (first === undefined) throw lost(`there is no master key in ${this.name}`);
    return first;
  }

  /** The file is looked at anew: others wrap with what it says now. One that is being written is looked at again later. */
  #now(): Keys {
    try {
      this.#keys = this.#read?.() ?? this.#keys;
    } catch (error) {
      if (!isFault(error, 'config-invalid')) throw error;
    }
    return this.#keys;
  }
}

function parseKeys(lines: readonly string[], where: string): Keys {
  const keys = new Map<string, Uint8Array>();
  for (const [i, line] of lines.entries()) {
    const [name = '', text = '', ...more] = line.replace(/#.*/, '').trim().split(/\s+|:/);
    if (name === '') continue;
    const key = Buffer.from(text, 'base64');
    // What is wrong is not shown: it may be a key all the same.
    if (!nameForm.test(name) || more.length > 0 || key.length !== keyBytes || keys.has(name))
      throw wrong(`${where}: key ${i + 1} is not a name of its own, a blank and 32 bytes in base64`);
    keys.set(name, key);
  }
  if (keys.size === 0) throw wrong(`${where}: there is no key`);
  return keys;
}

function wrong(text: string): Fault {
  return new Fault('config-invalid', text, { temporary: false, publicText: text });
}
