/** The schema of the section `encryption` of answerback.yaml. */
import { z } from 'zod';
import { name } from './forms.ts';
import { storeUrl } from './parts.ts';

export const encryption = z.strictObject({
  master: z
    .enum(['file', 'environment', 'transit'])
    .describe(
      'Where the master key is: in a file, in the environment (ANSWERBACK_MASTER_KEYS), or in the transit engine of HashiCorp Vault or OpenBao, which it never leaves.',
    ),
  file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Of `file`: a line for each key, a name and 32 bytes in base64. The first wraps, the others only open. Readable for this user alone.',
    ),
  transit: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .describe('Address of the server, as `https://vault.example.com:8200`.'),
      mount: z
        .string()
        .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'a path, as transit')
        .default('transit')
        .describe('Where the engine is mounted.'),
      key: name.default('answerback').describe('Name of the key, of type aes256-gcm96.'),
      namespace: z.string().min(1).optional().describe('Namespace, where there are some.'),
      ca: z
        .string()
        .min(1)
        .optional()
        .describe('PEM file of the authority of its certificate, where this machine does not trust it.'),
      tokenFile: z
        .string()
        .min(1)
        .optional()
        .describe('File that an agent keeps the token in; without it the token is VAULT_TOKEN.'),
      timeoutMs: z
        .int()
        .min(50)
        .max(60_000)
        .default(2000)
        .describe('Longest wait for an answer, in milliseconds.'),
    })
    .optional()
    .describe('Of `transit`: the server.'),
  url: storeUrl
    .optional()
    .describe('Where the keys of mailboxes lie; default: beside the store. KEYS_MONGODB_URL overrides.'),
  database: name
    .default('answerback_keys')
    .describe(
      'Database of the keys of mailboxes. Keep it out of the backups of the store; see docs/encryption.md.',
    ),
});

/** What is missing: path, what was found, what is allowed. */
export function encryptionProblems(
  config: z.output<typeof encryption> | undefined,
  store: string,
  env: Readonly<Record<string, string | undefined>>,
): (readonly [path: string, found: unknown, allowed: string])[] {
  if (config === undefined) return [];
  const wrong: (readonly [string, unknown, string])[] = [];
  const { master, file, transit, database } = config;
  if (master === 'file' && file === undefined)
    wrong.push(['encryption.file', undefined, 'a file, for a master key in a file']);
  if (master === 'environment' && !env['ANSWERBACK_MASTER_KEYS'])
    wrong.push(['encryption.master', 'no key', 'ANSWERBACK_MASTER_KEYS in the environment']);
  if (master === 'transit' && transit === undefined)
    wrong.push(['encryption.transit', undefined, 'a server, for a master key in transit']);
  if (master === 'transit' && transit !== undefined && transit.tokenFile === undefined && !env['VAULT_TOKEN'])
    wrong.push(['encryption.transit', 'no token', 'a `tokenFile`, or VAULT_TOKEN in the environment']);
  if (config.url === undefined && database === store)
    wrong.push(['encryption.database', database, 'another one than that of the store']);
  return wrong;
}
