import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { anyHooksSecret } from '../../config.ts';
import type { Terminal } from '../terminal.ts';

/** ANSWERBACK_CONFIG, else what `npm start` wrote last, if that is there. */
export function configFile({ ANSWERBACK_CONFIG, ANSWERBACK_VAR }: Terminal['env']): string | undefined {
  if (ANSWERBACK_CONFIG) return ANSWERBACK_CONFIG;
  const started = resolve(ANSWERBACK_VAR ?? 'var', 'answerback.yaml');
  return existsSync(started) ? started : undefined;
}

/** Stand in for passwords that the configuration wants to have, where nothing is done with them. */
export const placeholders: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'ASTERISK_AMI_PASSWORD',
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'SMPP_PASSWORD',
    'DRACHTIO_SECRET',
    'EMAIL_RELAY_PASSWORD',
    'OIDC_CLIENT_SECRET',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'WEBHOOK_SECRET',
    anyHooksSecret,
  ].map((name) => [name, 'not-needed']),
);
