/** The schema of the section `email` of answerback.yaml. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { certificateFiles, e164, emailAddress, port } from './parts.ts';

const domain = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'a domain in lower case, as voice.example',
  );
/** Of clients. */
export const network = z.string().refine((one) => {
  const [address = '', bits, ...more] = one.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  const width = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return isIP(address) !== 0 && width && more.length === 0;
}, 'an address or network, as 192.0.2.7 or 2001:db8::/32');

export const email = z.strictObject({
  domains: z
    .array(domain)
    .min(1)
    .describe('Domains whose mail is for subscribers; addresses of ours are at the first.'),
  hostname: domain
    .optional()
    .describe('What we call ourselves to other mail servers; the first domain if absent.'),
  from: emailAddress
    .optional()
    .describe('Author of mails to subscribers; `voicemail@` the first domain if absent.'),
  names: z
    .record(z.string().regex(/^[a-z0-9._-]{1,64}$/, 'a local part in lower case'), e164)
    .default({})
    .describe('Numbers whose mailboxes get mail to other names, as `postmaster`.'),
  faxDomain: domain.optional().describe('Mail to `number@` this domain is sent as a fax.'),
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to listen on.'),
      port: z.int().min(0).max(65535).default(25).describe('Port for SMTP; 0 picks one.'),
      maxBytes: z.int().min(10_000).max(200_000_000).default(25_000_000).describe('Largest mail, in bytes.'),
      tls: certificateFiles.optional().describe('Offers STARTTLS.'),
      clients: z
        .array(network)
        .optional()
        .describe('Addresses and networks (CIDR) whose mail is taken, as the relay in front; all if absent.'),
      maxClients: z.int().min(1).max(10_000).default(100).describe('Most connections at once.'),
      maxClientsPerAddress: z.int().min(1).optional().describe('Most of them from one address.'),
      mailsPerMinute: z.int().min(1).optional().describe('Most mails from one address in a minute.'),
    })
    .optional()
    .describe('The server that takes mail in; without it none comes in.'),
  relay: z
    .strictObject({
      host: z.string().min(1).describe('Where it is.'),
      port: port.default(587).describe('Its TCP port.'),
      tls: z
        .enum(['starttls', 'required', 'implicit', 'none'])
        .default('required')
        .describe('`starttls` if it offers it, `required`, `implicit` as on port 465, or `none`.'),
      user: z.string().optional().describe('Who we are to it; the password is EMAIL_RELAY_PASSWORD.'),
      connections: z.int().min(1).max(100).default(4).describe('Most connections at once.'),
    })
    .optional()
    .describe('The server that brings our mails where they go; without it none go out.'),
});
