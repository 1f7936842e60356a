/** The section `twilio` of the configuration. */
import { z } from 'zod';
import { e164 } from './parts.ts';

export const twilio = z.strictObject({
  from: e164.describe('Sending number.'),
  api: z.url().optional().describe('Other address of its API, for tests and proxies.'),
  publicUrl: z.url().describe('Address of this web server as Twilio sees it; part of its signatures.'),
  mediaHosts: z
    .array(z.string().regex(/^[a-z0-9.:[\]-]{1,255}$/, 'a host, or host:port, in lower case'))
    .default([])
    .describe(
      'Hosts, as `host` or `host:port`, whose pictures and films are fetched though their addresses are not public, for tests and proxies.',
    ),
});
