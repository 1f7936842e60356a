/** Classes of service. */
import { z } from 'zod';

const profile = z
  .record(z.string(), z.unknown())
  .describe('As in the configuration, see docs/configuration.md; each field is checked.');

export const classList = z
  .object({
    items: z
      .array(
        z.object({
          name: z.string().describe('Its name.'),
          source: z
            .enum(['file', 'store'])
            .describe('One in the store hides one of the same name in the file.'),
          profile,
        }),
      )
      .describe('All that hold now.'),
    version: z.number().int().describe('Of all classes together, for If-Match.'),
  })
  .meta({ id: 'ClassList', description: 'Classes of service.' });

export const className = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w-]+$/)
  .describe('Name of the class.');
export const classPath = z.object({ name: className });
export const classBody = profile.meta({ id: 'ClassOfService', description: 'A class of service, whole.' });
export const classKept = z
  .object({ name: className, version: z.number().int().describe('Of all classes together.') })
  .meta({ id: 'ClassKept', description: 'A class that was kept.' });
