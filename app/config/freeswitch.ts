/** The section `freeswitch` of the configuration. */
import { z } from 'zod';
import { isNetwork } from './network.ts';
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
        from: z
          .array(z.string().refine(isNetwork, 'a network, as 10.1.0.0/16'))
          .default([])
          .describe(
            'Networks that connections are taken from, besides the addresses of `freeswitch.host`; of this machine, if that is its own.',
          ),
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
        'Recordings, faxes, and messages being heard; where `recordings` is `shared`, the switch sees it by the same path.',
      ),
    recordings: z
      .enum(['shared', 'http'])
      .default('shared')
      .describe('How files pass between switch and controller: by `folder`, or over HTTP.'),
    http: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('Address.'),
        port: port.default(8085).describe('TCP port.'),
        address: z
          .string()
          .regex(/^[^\s:/]+:\d+$/, 'host:port')
          .optional()
          .describe('The same as the switch dials it, as `host:port`.'),
        maxBytes: z
          .int()
          .min(1_000_000)
          .max(2_000_000_000)
          .default(200_000_000)
          .describe('Largest recording that is taken, in bytes: 16,000 are a second.'),
        folder: z
          .string()
          .regex(/^\/[A-Za-z0-9._/-]{1,200}$/, 'a plain absolute path')
          .default('/var/lib/freeswitch/answerback')
          .describe('Folder of the switch’s own disk where recordings lie until they are here.'),
      })
      .prefault({})
      .describe('Where the switch brings and gets files, if `recordings` is `http`.'),
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
