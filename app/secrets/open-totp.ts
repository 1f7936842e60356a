import { Secret, TOTP } from 'otpauth';
import type { Totp } from '../ports/totp.ts';

/** Bytes of a secret, as RFC 4226 recommends. */
const secretBytes = 20;
/** Of authenticator apps: what else a URL asks for some of them ignore. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Periods before and after that count, because clocks differ (RFC 6238, section 5.2). */
const window = 1;

export function openTotp({ issuer }: { readonly issuer: string }): Totp {
  return {
    secret: () => new Secret({ size: secretBytes }).base32,
    url: (name, secret) => new TOTP({ ...form, issuer, label: name, secret }).toString(),
    counterOf(secret, code, now) {
      if (!/^\d{6}$/.test(code)) return undefined;
      const timestamp = now.getTime();
      const totp = new TOTP({ ...form, issuer, secret });
      const delta = totp.validate({ token: code, timestamp, window });
      return delta === null ? undefined : totp.counter({ timestamp }) + delta;
    },
  };
}
