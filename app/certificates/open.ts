/** Certificates in files, which whoever renews them writes anew: they are read again without a restart. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { Fault } from '../core/errors.ts';
import type { Certificate, KeyPair } from '../ports/certificates.ts';
import type { Log } from '../ports/log.ts';

export interface CertificateFiles {
  /** PEM files. */
  readonly key: string;
  readonly cert: string;
  /** For logs, as `web`. */
  readonly name: string;
  /** Between two looks at the files, in milliseconds. */
  readonly everyMs?: number;
}

/** A renewal is months before the end: it may wait for some seconds. */
const usualEveryMs = 5000;

/**
 * What is wrong with new files is told, and the pair from before holds on: a key and a certificate are two files, and for a moment
 * may not belong together.
 * @throws Fault `config-invalid` if there is no pair that can be used at the start; one that has expired is told and used
 */
export async function openCertificate(
  files: CertificateFiles,
  { log }: { readonly log: Log },
): Promise<Required<Certificate> & Disposable> {
  const { name, everyMs: interval = usualEveryMs } = files;
  const takers: ((pair: KeyPair) => void)[] = [];
  let pair: KeyPair;
  try {
    pair = await readPair(files);
    if (hasExpired(pair)) log.error('a certificate has expired', { name, file: files.cert });
  } catch (error) {
    const text = `The certificate for ${name} cannot be used (${files.cert}, ${files.key}): ${(error as Error).message}`;
    throw new Fault('config-invalid', text, { temporary: false, publicText: text });
  }
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      const fresh = await readPair(files);
      if (fresh.cert === pair.cert && fresh.key === pair.key) return;
      if (hasExpired(fresh)) throw new RangeError('it has expired');
      pair = fresh;
      for (const take of takers) take(fresh);
      log.info('a new certificate is in use', { name, until: new X509Certificate(fresh.cert).validTo });
    } catch (error) {
      log.error('a new certificate cannot be used, the old one holds on', { name, file: files.cert, error });
    }
  };
  const changed = (): void => void (looking = looking.then(look));
  // By name and not by what lies there: it is mostly a link to another file each time.
  for (const file of [files.cert, files.key]) watchFile(file, { interval, persistent: false }, changed);
  return {
    get key() {
      return pair.key;
    },
    get cert() {
      return pair.cert;
    },
    onChange: (take) => void takers.push(take),
    [Symbol.dispose]() {
      for (const file of [files.cert, files.key]) unwatchFile(file, changed);
    },
  };
}

/** @throws Error if they cannot be read, or do not belong together */
async function readPair(files: CertificateFiles): Promise<KeyPair> {
  const [key, cert] = await Promise.all([readFile(files.key, 'utf8'), readFile(files.cert, 'utf8')]);
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error('the key is not that of the certificate');
  createSecureContext({ key, cert });
  return { key, cert };
}

function hasExpired({ cert }: KeyPair): boolean {
  return new Date(new X509Certificate(cert).validTo).getTime() <= Date.now();
}
