/** The section `freeswitch` of the configuration. */
import { z } from 'zod';
import { port } from './parts.ts';

const name = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'lower-case letters, digits, - and _');

export const freeswitch = z
  .strictObject({
    host: z.string().default('127.0.0.1').describe('Where its event socket is.'),
    port: port.default(8021).describe('TCP port of its event socket; the password is FREESWITCH_PASSWORD.'),
    listen: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('Address.'),
        port: port.default(8084).describe('TCP port.'),
      })
      .prefault({})
      .describe('Where the switch hands its calls over.'),
    address: z
      .string()
      .regex(/^[^\s:]+:\d+$/, 'host:port')
      .optional()
      .describe('The same as the switch dials it, as `host:port`; `listen` if absent.'),
    folder: z
      .string()
      .default('/var/lib/answerback/freeswitch')
      .describe(
        'A folder that the switch and this host see by the same path: recordings, faxes, and messages being heard.',
      ),
    profile: name.default('internal').describe('SIP profile that phones and trunks are on.'),
    domain: z.string().default('localhost').describe('Domain of the subscribers’ own phones.'),
    trunk: name.default('trunk').describe('Trunk for calls and texts out: a gateway of that name.'),
    timeoutMs: z
      .int()
      .min(100)
      .default(5000)
      .describe('Longest wait for a reply of the switch, in milliseconds.'),
  })
  .prefault({})
  .describe('FreeSWITCH, where `switch` says so (docs/freeswitch.md).');
