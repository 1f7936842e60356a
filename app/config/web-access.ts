/** Who comes in over the web, and how long they stay. */
import { z } from 'zod';
import { operatorRoles } from '../core/access/principal.ts';

/** An origin (RFC 6454): nothing after the host. */
const origin = z
  .string()
  .regex(
    /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
    'https://, a host in lower case, perhaps a port, and nothing more',
  );

const roleClaims = z.array(z.string().min(1).max(200)).max(100).default([]);

const oidc = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https?$/ })
      .describe(
        'Address of the provider; its `/.well-known/openid-configuration` is read. `http` for this machine alone.',
      ),
    clientId: z.string().min(1).max(200).describe('Our name there; the secret is OIDC_CLIENT_SECRET.'),
    scope: z.string().max(300).default('openid profile email').describe('What is asked for.'),
    nameClaim: z
      .string()
      .max(100)
      .default('preferred_username')
      .describe('Claim that an operator is called by in the audit; without it `email`, else `sub`.'),
    roleClaim: z
      .string()
      .max(100)
      .default('groups')
      .describe('Claim that tells the role: a text, or a list of texts.'),
    roles: z
      .strictObject(
        Object.fromEntries(
          operatorRoles.map((role) => [
            role,
            roleClaims.describe(`Values of that claim that make somebody \`${role}\`.`),
          ]),
        ) as Record<(typeof operatorRoles)[number], typeof roleClaims>,
      )
      .prefault({})
      .describe('Who has none of them is not let in; of several the first of admin, support, billing holds.'),
  })
  .optional()
  .describe('Operators sign in at an OpenID Connect provider; see docs/web-security.md. Needs `publicUrl`.');

const minutes = z.int().min(1).max(43_200);
const hours = z.int().min(1).max(8760);

export const webAccess = {
  proxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(100)
    .default([])
    .describe(
      'Addresses or networks of reverse proxies in front, whose X-Forwarded-For is believed: wrong tries and rates count against the address that it tells.',
    ),
  publicUrl: origin
    .optional()
    .describe(
      'Address of the page as people have it, as https://voicemail.example; without it notices have no links. With https cookies go over TLS alone.',
    ),
  links: z.boolean().default(true).describe('Notices to subscribers carry a link that opens their message.'),
  sessions: z
    .strictObject({
      idleMinutes: minutes.default(10_080).describe('Minutes after which a session that nobody uses ends.'),
      hours: hours.default(720).describe('Hours after which a session ends in any case.'),
      operatorIdleMinutes: minutes.default(30).describe('The first of operators.'),
      operatorHours: hours.default(12).describe('The second of operators.'),
    })
    .prefault({})
    .describe('Sessions of the page.'),
  oidc,
};

type WebAccess = z.output<z.ZodObject<typeof webAccess>>;
const thisMachine = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/;

/** What contradicts itself: key, what was found, what is allowed. */
export function webProblems(
  { oidc: provider, publicUrl }: Pick<WebAccess, 'oidc' | 'publicUrl'>,
  env: Readonly<Record<string, string | undefined>>,
): [string, unknown, string][] {
  if (provider === undefined) return [];
  const { issuer } = provider;
  const problems: [string, unknown, string][] = [];
  if (publicUrl === undefined)
    problems.push(['web.publicUrl', publicUrl, 'the address of the page, since there is a section `oidc`']);
  if (!env['OIDC_CLIENT_SECRET'])
    problems.push(['web.oidc', 'no secret', 'OIDC_CLIENT_SECRET in the environment']);
  if (!issuer.startsWith('https:') && !thisMachine.test(issuer))
    problems.push(['web.oidc.issuer', issuer, 'https, but for a provider on this machine']);
  return problems;
}
