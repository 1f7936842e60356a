/** What is around this controller: other nodes, and programs that are told of events. */
import { z } from 'zod';
import { timestamp } from './common.ts';

export const nodeList = z
  .object({
    self: z.string().describe('The name of this controller.'),
    items: z
      .array(
        z.object({
          name: z.string().describe('Its name in the configuration.'),
          prefixes: z.array(z.string()).describe('Numbers whose home it is begin so.'),
          state: z
            .enum(['even', 'behind', 'away'])
            .describe('It has all; it is being sent the rest; it cannot be reached, or the store cannot.'),
          waiting: z.number().int().describe('Messages that it does not have yet.'),
          lagSeconds: z.number().describe('How long the oldest of them has waited.'),
          visitors: z.number().int().describe('Subscribers of this node who are there.'),
        }),
      )
      .describe('None: the configuration names no other nodes.'),
  })
  .meta({
    id: 'NodeList',
    description: 'Other nodes, and how far replication is behind, as this controller sees it.',
  });

const moment = z.object({
  count: z.number().int().describe('Since this controller started.'),
  last: timestamp.optional(),
});

export const hookList = z
  .object({
    items: z
      .array(
        z.object({
          name: z.string().describe('Its name in the configuration.'),
          host: z.string().describe('Where it is; the whole address is in the configuration alone.'),
          events: z.array(z.string()).optional().describe('Types that it is told; absent: all.'),
          waiting: z
            .number()
            .int()
            .describe('Posts that wait to be tried, first or again; `most` = that many or more.'),
          oldest: timestamp.optional().describe('When the oldest of them was made.'),
          deadLetters: z.number().int().describe('Posts that were given up; `most` = that many or more.'),
          delivered: moment.describe('Posts that it took, from this controller.'),
          failed: moment
            .extend({ error: z.string().optional().describe('Why the last one failed.') })
            .describe('Tries that it did not take, from this controller.'),
        }),
      )
      .describe('Those of the configuration.'),
    most: z.number().int().describe('So many entries of each hook are counted, and no more.'),
  })
  .meta({ id: 'WebhookList', description: 'Programs that are told of events, and how that goes.' });
