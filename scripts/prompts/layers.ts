/** Reads the files of a language, which may be a region of another one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The language that has everything: another may still lack some, and has this one's there. */
export const complete = 'en';

/** A language and those that it is a region of: `es-419`, `es`. */
export function lineage(language: string): string[] {
  const parts = language.split('-');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
}

/**
 * A file of a language laid over that of the languages it is a region of: `es`, then `es-419`.
 * @throws Error if none of them has it or it is no YAML
 */
export function readLayers(source: string, language: string, name: string): unknown {
  const files = lineage(language).map((one) => join(source, one, name));
  const there = files.filter(existsSync).toReversed();
  if (there.length === 0) throw new Error(`${join(source, language, name)} is missing`);
  return there.map(readYaml).reduce(laidOver);
}

/** @throws Error that names the file */
export function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function laidOver(under: unknown, over: unknown): unknown {
  if (!isRecord(under) || !isRecord(over)) return over;
  const both = Object.keys(over).map((key) => [
    key,
    Object.hasOwn(under, key) ? laidOver(under[key], over[key]) : over[key],
  ]);
  return { ...under, ...(Object.fromEntries(both) as object) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
