/** The section `sipEdge` of the configuration. */
import { z } from 'zod';
import { name } from './forms.ts';
import { isNetwork } from './network.ts';
import { port } from './parts.ts';

const node = z.strictObject({
  name: name.describe('Its name, in logs.'),
  uri: z
    .string()
    .regex(
      /^sip:[A-Za-z0-9.[\]:-]{1,255}(;transport=(udp|tcp|tls))?$/,
      'a SIP address without a user, as sip:10.0.0.5:5060;transport=tcp',
    )
    .describe('Where its switch takes calls.'),
  prefixes: z
    .array(z.string().regex(/^\+[0-9]{1,15}$/, 'a prefix with its plus, as +4479'))
    .default([])
    .describe(
      'Mailboxes that it has begin so; all if empty. The longest match is called first, then the others.',
    ),
});

const door = z.strictObject({
  mode: z
    .enum(['redirect', 'proxy'])
    .default('proxy')
    .describe('Calls are answered 302 with the node’s address, or sent on by the server.'),
  recordRoute: z
    .boolean()
    .default(true)
    .describe('Whether the server stays in the calls that it sends on (Record-Route).'),
  provisionalMs: z
    .int()
    .min(100)
    .max(30_000)
    .default(2000)
    .describe('Longest wait for a first sign of a node before the next is called, in milliseconds.'),
  probeMs: z
    .int()
    .min(1000)
    .max(600_000)
    .default(10_000)
    .describe('How often nodes are asked whether they are there (OPTIONS), in milliseconds.'),
  nodes: z
    .array(node)
    .min(1)
    .max(64)
    .describe('The nodes, in the order in which they stand in for each other.'),
});

const seconds = z.int().min(1).max(86_400);

export const sipEdge = z
  .strictObject({
    host: z
      .string()
      .default('127.0.0.1')
      .describe(
        'Admin port of the drachtio-server: this machine’s own, for the server does not enforce the secret.',
      ),
    port: port.default(9022).describe('Its TCP port; the secret is DRACHTIO_SECRET.'),
    texts: z
      .boolean()
      .default(false)
      .describe('Whether notices of the gateway `sip` go out by it, in place of the switch.'),
    trunk: name.default('trunk').describe('Trunk that they go out on.'),
    transport: z.enum(['udp', 'tcp']).default('udp').describe('How they do.'),
    domain: z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,255}$/, 'a host name')
      .default('localhost')
      .describe('Domain of our own addresses; for `localhost` the server puts its address.'),
    maxTextBytes: z
      .int()
      .min(160)
      .max(8000)
      .default(4096)
      .describe('Longest text that is taken, in bytes; longer ones are answered 413.'),
    phones: z
      .array(z.string().refine(isNetwork, 'a network, as 10.1.0.0/16'))
      .default([])
      .describe('Networks of phones that may subscribe to message waiting, and call; trunks may always.'),
    subscriptions: z
      .strictObject({
        minSeconds: seconds.default(60).describe('Shortest; what asks for less is answered 423.'),
        maxSeconds: seconds.default(3600).describe('Longest.'),
      })
      .refine((s) => s.minSeconds <= s.maxSeconds, 'a `maxSeconds` that is not below `minSeconds`')
      .prefault({})
      .describe('Time of subscriptions to message waiting, in seconds.'),
    door: door.optional().describe('Front door: calls go to the node that has the mailbox. None if absent.'),
  })
  .describe('SIP edge: texts, message waiting and calls by a drachtio-server; see docs/sip-edge.md.');
