/** Reads prompts/<language>/rules.yaml: how the language puts numbers, times and counted things together. */
import { join } from 'node:path';
import { z } from 'zod';
import { nouns } from '../../app/core/prompt/noun.ts';
import type { RulesData } from '../../app/core/prompt/rules-data.ts';
import { compileRules } from '../../app/core/prompt/speech-rules.ts';
import { readLayers } from './layers.ts';

const pattern = z.string();
const hour = z.string().regex(/^(1?\d|2[0-3])$/, 'an hour, 0 to 23');
const rule = z.string().regex(/^(like|0|[1-9]\d{0,5})$/, '`like`, or a number from 0 to 999999');
const category = z.enum(['one', 'two', 'few', 'many', 'other', 'zero']);

const schema: z.ZodType<RulesData> = z.strictObject({
  plurals: z.string().optional(),
  numbers: z.record(z.string().regex(/^[a-z-]+$/), z.record(rule, pattern)),
  nouns: z.partialRecord(z.enum(nouns), z.string()).optional(),
  counts: z.partialRecord(category, pattern).optional(),
  joint: pattern.optional(),
  time: z.strictObject({
    whole: pattern,
    today: pattern,
    yesterday: pattern,
    tomorrow: pattern,
    week: pattern,
    date: pattern,
    dateYear: pattern,
    hours: z.union([z.literal(12), z.literal(24)]),
    parts: z.record(hour, pattern).optional(),
    sharp: pattern,
    early: pattern.optional(),
    minutes: pattern,
  }),
});

/**
 * The rules of a language; a regional one, `en-GB`, has those of `en` where it says nothing else.
 * @throws Error that names the file and what is wrong in it
 */
export function readRules(source: string, language: string): RulesData {
  const file = join(source, language, 'rules.yaml');
  const parsed = schema.safeParse(readLayers(source, language, 'rules.yaml'));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  try {
    compileRules(parsed.data, language);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return parsed.data;
}
