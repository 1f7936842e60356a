/** Reads prompts/<language>/texts.yaml: what is written to subscribers, and what they may answer. */
import { join } from 'node:path';
import { z } from 'zod';
import { smsUnits } from '../../app/core/notification/sms-units.ts';
import {
  commandWords,
  longestHoles,
  mailTextNames,
  textNames,
  type Template,
  type TextName,
  type TextsData,
} from '../../app/core/notification/wording.ts';
import { complete, readLayers } from './layers.ts';

const category = z.enum(['zero', 'one', 'two', 'few', 'many', 'other']);
const plural = z
  .partialRecord(category, z.string().min(1))
  .refine((forms) => forms.other !== undefined, 'a form `other`');
const template = z.union([z.string().min(1), plural]);

const schema = z.strictObject({
  texts: z.partialRecord(z.enum(textNames), template),
  commands: z.partialRecord(z.enum(commandWords), z.string()),
  polite: z.string().optional(),
});

/** They are cut until they fit, or go by mail. */
const shortened = new Set<TextName>([
  'notice',
  'urgent-notice',
  'short-notice',
  'text-notice',
  'short-text-notice',
  'fax-notice',
  'short-fax-notice',
  'email-notice',
  ...mailTextNames,
]);

/**
 * The texts of a language; a regional one, `es-419`, has those of `es` where it says nothing else.
 * @returns them, and the names of those that another language has to stand in for
 * @throws Error that names the file and every text that is wrong in it
 */
export function readTexts(source: string, language: string): { texts: TextsData; missing: TextName[] } {
  const file = join(source, language, 'texts.yaml');
  const parsed = schema.safeParse(readLayers(source, language, 'texts.yaml'));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const texts: TextsData = parsed.data;
  const missing = textNames.filter((name) => texts.texts[name] === undefined);
  const wrong = Object.entries(texts.texts).flatMap(([name, given]) =>
    given === undefined ? [] : problems(name as TextName, given),
  );
  if (language === complete && missing.length > 0) wrong.push(`  no text for: ${missing.join(', ')}`);
  if (wrong.length > 0) throw new Error(`${file}:\n${wrong.join('\n')}`);
  return { texts, missing };
}

function problems(name: TextName, given: Template): string[] {
  return (typeof given === 'string' ? [given] : Object.values(given)).flatMap((text) => {
    const holes = Array.from(text.matchAll(/\{(\w*)\}/g), ([, hole = '']) => hole);
    const unknown = holes.filter((hole) => !Object.hasOwn(longestHoles, hole));
    if (unknown.length > 0) return [`  ${name}: there is no hole {${unknown.join('}, {')}}`];
    const size = smsUnits(text.replace(/\{(\w+)\}/g, (_, hole: string) => longestHoles[hole] ?? ''));
    if (size.fits || shortened.has(name)) return [];
    return [
      `  ${name}: ${size.units} characters with its holes filled, and an SMS has ${size.limit} (${size.encoding})`,
    ];
  });
}
