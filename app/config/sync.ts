/** The schema of the section `sync` of answerback.yaml. */
import { z } from 'zod';
import { name } from './forms.ts';
import { port } from './parts.ts';

const prefix = z.string().regex(/^\+[1-9]\d{0,14}$/, 'how numbers begin, as +12025551');

const node = z.strictObject({
  name: name.describe('Its name: what `node` is there.'),
  url: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Where its `sync` listens; without it bundles are carried to and fro as files.'),
  certificate: z.string().min(1).describe('File with its certificate (PEM); no other is believed.'),
  prefixes: z
    .array(prefix)
    .default([])
    .describe(
      'Numbers whose home it is begin so; the longest of all nodes wins, and this node is home of the others.',
    ),
  kilobytesPerSecond: z
    .int()
    .min(1)
    .optional()
    .describe('Most that is sent to it, in kilobytes a second; without it as fast as the line is.'),
});

export const sync = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on.'),
  port: port.default(8443).describe('Port to listen on.'),
  key: z.string().min(1).describe('File with the private key of this node (PEM).'),
  certificate: z.string().min(1).describe('File with its certificate (PEM), as the other nodes have it.'),
  directory: z.string().default('var/sync').describe('Where large parts lie until they have come whole.'),
  everyMs: z
    .int()
    .min(20)
    .max(60_000)
    .default(250)
    .describe('Between two looks for changes, in milliseconds.'),
  wholeSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('How often a mailbox is compared whole, whatever seems to have changed, in seconds.'),
  mostMegabytes: z
    .record(name, z.number().positive())
    .default({})
    .describe('Largest messages that are sent to where a subscriber is, by class of service, in megabytes.'),
  prefixes: z
    .array(prefix)
    .default([])
    .describe(
      'Numbers whose home this node is begin so, where they begin as those of another node too; the longest wins.',
    ),
  nodes: z.array(node).max(64).default([]).describe('The other nodes.'),
});
