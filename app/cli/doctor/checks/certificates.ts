import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ok, skipped, warn, wrong, type Check, type Finding } from '../check.ts';

/** So long before the end there is a warning, in days. */
const soonDays = 21;
const dayMs = 86_400_000;

export const certificates: Check = {
  name: 'certificates',
  about: 'certificates that are configured can be read, belong to their keys, and have not expired',
  async run({ config }) {
    const pairs = [
      { name: 'mail', key: 'email.listen.tls', files: config.email?.listen?.tls },
      { name: 'the web', key: 'web.tls', files: config.web.tls },
    ].flatMap(({ files, ...one }) =>
      files === undefined
        ? []
        : [
            {
              ...one,
              files,
            },
          ],
    );
    for (const { name, tlsClient } of config.smpp)
      if (tlsClient !== undefined)
        pairs.push({ name: `SMSC ${name}`, key: `smpp.${name}.tlsClient`, files: tlsClient });
    const authorities = config.smpp.flatMap(({ name, tlsCa }) =>
      tlsCa === undefined ? [] : [{ name, tlsCa }],
    );
    if (pairs.length === 0 && authorities.length === 0) return [skipped('no TLS is configured')];
    return [
      ...(await Promise.all(pairs.map(pair))).flat(),
      ...(
        await Promise.all(
          authorities.map(({ name, tlsCa }) =>
            one(tlsCa, `the authority of SMSC ${name} (${tlsCa})`, 'get its new certificate'),
          ),
        )
      ).flat(),
    ];
  },
};

interface Pair {
  readonly name: string;
  /** Of the configuration. */
  readonly key: string;
  readonly files: { readonly cert: string; readonly key: string };
}

async function pair({ name, key: section, files: { cert, key } }: Pair): Promise<readonly Finding[]> {
  const fix = 'renew it and put it there: the controller finds it by itself';
  const found = await one(cert, `the certificate for ${name} (${cert})`, fix);
  if (found.some(({ level }) => level === 'wrong')) return found;
  try {
    const own = createPrivateKey(await readFile(key));
    const matches = new X509Certificate(await readFile(cert)).checkPrivateKey(own);
    return matches
      ? found
      : [
          wrong(
            `${cert} does not belong to the key ${key}`,
            `set ${section} to a pair that belongs together`,
          ),
        ];
  } catch (error) {
    return [wrong(`the key ${key} cannot be read: ${(error as Error).message}`, `correct ${section}.key`)];
  }
}

async function one(file: string, name: string, fix: string): Promise<readonly Finding[]> {
  try {
    const certificate = new X509Certificate(await readFile(file));
    return [certificateFinding(certificate, name, fix) ?? ok(`${name}: good until ${certificate.validTo}`)];
  } catch (error) {
    return [
      wrong(`${name} cannot be read: ${(error as Error).message}`, 'correct its path in the configuration'),
    ];
  }
}

/** `undefined` if it is good for some time. */
export function certificateFinding(
  { validFrom, validTo }: X509Certificate,
  name: string,
  fix: string,
): Finding | undefined {
  const left = new Date(validTo).getTime() - Date.now();
  if (left <= 0) return wrong(`${name} expired on ${validTo}`, fix);
  if (new Date(validFrom).getTime() > Date.now())
    return wrong(
      `${name} is good from ${validFrom} on only`,
      'see whether the clock of this machine is right',
    );
  const days = Math.floor(left / dayMs);
  return days < soonDays ? warn(`${name} expires in ${days} days`, fix) : undefined;
}
