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
    const tls = config.email?.listen?.tls;
    const authorities = config.smpp.flatMap(({ name, tlsCa }) =>
      tlsCa === undefined ? [] : [{ name, tlsCa }],
    );
    if (tls === undefined && authorities.length === 0) return [skipped('no TLS is configured')];
    return [
      ...(tls === undefined ? [] : await pair(tls.cert, tls.key)),
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

async function pair(cert: string, key: string): Promise<readonly Finding[]> {
  const fix = 'renew it, put it there, and restart the controller';
  const found = await one(cert, `the certificate for mail (${cert})`, fix);
  if (found.some(({ level }) => level === 'wrong')) return found;
  try {
    const own = createPrivateKey(await readFile(key));
    const matches = new X509Certificate(await readFile(cert)).checkPrivateKey(own);
    return matches
      ? found
      : [
          wrong(
            `${cert} does not belong to the key ${key}`,
            'set email.listen.tls to a pair that belongs together',
          ),
        ];
  } catch (error) {
    return [
      wrong(`the key ${key} cannot be read: ${(error as Error).message}`, 'correct email.listen.tls.key'),
    ];
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
