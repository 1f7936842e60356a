/** Operators, and keys of programs. */
import { z } from 'zod';
import { scopes } from './scopes.ts';
import { id, timestamp } from './common.ts';
import { next } from './page.ts';

const scopeList = z.array(z.enum(scopes)).max(scopes.length).describe('What it may.');

const password = z.string().min(1).max(200).describe('At least 12 characters.');
const current = password
  .optional()
  .describe('The present password of whoever asks, who has signed in by one.');

export const apiKey = z
  .object({
    id: id.describe('The part of the key that is no secret.'),
    name: z.string().describe('What people call it.'),
    scopes: z.array(z.string()).describe('What it may.'),
    mailbox: id.optional().describe('The only mailbox that it leads to.'),
    created: timestamp,
    by: z.string().describe('Who made it.'),
    lastUsed: timestamp.optional().describe('Noted now and then.'),
    expires: timestamp.optional(),
    revoked: timestamp.optional(),
  })
  .meta({ id: 'Key', description: 'A key of a program, without its secret.' });

export const apiKeyList = z
  .object({ items: z.array(apiKey).describe('By id.'), next })
  .meta({ id: 'KeyList', description: 'Keys, also those that are over.' });

export const newApiKey = z
  .strictObject({
    name: z.string().min(1).max(80).describe('What it is for.'),
    scopes: scopeList.min(1),
    mailbox: id.optional().describe('This mailbox alone.'),
    expires: timestamp.optional().describe('Afterwards it opens nothing.'),
    current,
  })
  .meta({ id: 'NewKey', description: 'A key to be.' });

export const madeApiKey = apiKey
  .extend({ key: z.string().describe('The whole key, shown this once.') })
  .meta({ id: 'MadeKey', description: 'A new key with its secret.' });

const role = z.enum(['admin', 'support', 'billing']).describe('What they may, see docs/web-security.md.');
const operatorName = z
  .string()
  .min(1)
  .max(32)
  .describe('At most 32 of a-z, 0-9, `.`, `_` and `-`, beginning with a letter.');
const totp = z.string().describe('`otpauth://` address for an authenticator app, shown this once.');

export const operator = z
  .object({
    name: operatorName,
    role,
    created: timestamp,
    set: timestamp.describe('When password or authenticator were set.'),
    lastSignIn: timestamp.optional(),
  })
  .meta({ id: 'Operator', description: 'Somebody who runs the system.' });

export const operatorList = z
  .object({ items: z.array(operator).describe('By name.'), next })
  .meta({ id: 'OperatorList', description: 'Operators, by name.' });

export const newOperator = z
  .strictObject({ name: operatorName, role, password, current })
  .meta({ id: 'NewOperator', description: 'An operator to be.' });

export const madeOperator = z
  .object({ name: operatorName, role, totp })
  .meta({ id: 'MadeOperator', description: 'A new operator.' });

export const operatorChange = z
  .strictObject({
    role: role.optional(),
    password: password.optional(),
    current,
    totp: z.literal(true).optional().describe('A new secret for the authenticator.'),
  })
  .meta({ id: 'OperatorChange', description: 'What changes; passwords and secrets end all sessions.' });

export const changedOperator = z
  .object({ name: operatorName, totp: totp.optional() })
  .meta({ id: 'ChangedOperator', description: 'A changed operator.' });

export const operatorPath = z.object({ name: operatorName });
export const keyPath = z.object({ id: id.describe('The key’s id.') });
