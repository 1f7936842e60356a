import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The built sound of a prompt, µ-law: what a caller should hear. */
export function prompt(name: string, language = 'en'): Promise<Buffer> {
  return readFile(join(import.meta.dirname, '../../var/prompts', language, `${name}.ulaw`));
}
