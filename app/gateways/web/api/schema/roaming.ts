/** Who is at which node. */
import { z } from 'zod';
import { number, timestamp } from './common.ts';
import { next } from './page.ts';

const node = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.-]+$/);

export const roamingReport = z
  .strictObject({
    number: number.describe('The subscriber’s own number or an alias.'),
    node: node.describe('Where they are: a name of `sync.nodes`, or this node’s own name.'),
    at: timestamp
      .optional()
      .describe(
        'Since when, by the network’s clock; absent: now. What is older than what is known changes nothing.',
      ),
  })
  .meta({ id: 'RoamingReport', description: 'Where a network has seen a subscriber.' });

const state = z
  .enum(['home', 'away', 'returning'])
  .describe('`returning`: they are home, and the node is not cleared of what it has of them yet.');

export const whereabouts = z
  .object({
    number,
    state,
    node: node.optional().describe('The other node; absent at home.'),
    since: timestamp.optional().describe('Since when they have been there.'),
  })
  .meta({ id: 'Whereabouts', description: 'Where a subscriber is.' });

export const reported = whereabouts
  .extend({ late: z.boolean().describe('Something newer was known: nothing was changed.') })
  .meta({ id: 'RoamingReported', description: 'Where a subscriber is, now that it was reported.' });

export const whereaboutsList = z
  .object({ items: z.array(whereabouts).describe('By number.'), next })
  .meta({ id: 'WhereaboutsList', description: 'Subscribers of this node who are at another.' });
