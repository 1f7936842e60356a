/** What Asterisk says of its configuration when it loads it, turned into places in the files it was rendered from. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RenderedFile } from '../stack/render.ts';

export interface Complaint {
  /** Path in dialplans/, or of a file that has no source there. */
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number | undefined;
  readonly text: string;
}

/** Nothing wrong: there is no music, and these only repeat what an earlier line said more exactly. */
const idle = [
  /No music on hold classes configured/,
  /Some non-required modules failed to load/,
  /Declined modules which depend on/,
  /declined to load\.$/,
  /Unable to load config file 'stasis\.conf'/,
];

/**
 * @param log Asterisk's log of warnings and errors
 * @param etc folder of the rendered files
 */
export function complaintsIn(log: string, etc: string, files: readonly RenderedFile[]): Complaint[] {
  const texts = [
    ...log.matchAll(/^\[[^\]]*\] (?:WARNING|ERROR)\[[^\]]*\](?:\[[^\]]*\])? [\w./-]+: (.*)$/gm),
  ].map((match) => match[1] ?? '');
  return texts
    .filter((text, index) => !follows(text, texts[index - 1]))
    .filter((text) => !idle.some((pattern) => pattern.test(text)))
    .map((text) => place(text, etc, files));
}

/** An object that was not made because of what the line before said. */
function follows(text: string, before: string | undefined): boolean {
  return (
    text.startsWith('Could not create an object') &&
    /^(Error parsing|Could not find option)/.test(before ?? '')
  );
}

/** Finds what a message speaks of: by the line it names, else by the words it quotes. */
function place(text: string, etc: string, files: readonly RenderedFile[]): Complaint {
  const clean = text.replaceAll(`${etc}/`, '').replace(/ -- IGNORING!!!$/, '');
  const named = files.filter(
    (file) => clean.includes(file.path) || clean.includes(`of ${basename(file.path)}`),
  );
  const line = Number(/\bline (\d+)/.exec(clean)?.[1] ?? 0);
  const words = wordsOf(clean);
  const candidates = named.length > 0 ? [...named].sort((a, b) => b.path.length - a.path.length) : files;
  const [first] = named.length > 0 ? candidates : [];
  // Asterisk counts lines of included files wrongly where sections share a name: believe the words first.
  for (const word of words) {
    for (const file of candidates) {
      const found = lineWith(join(etc, file.path), word, line);
      if (found !== undefined) return { file: file.source ?? file.path, line: found, text: clean };
    }
  }
  return { file: first?.source ?? first?.path, line: line || undefined, text: clean };
}

/** The likeliest word first: Asterisk names section or file before the option or value that is wrong. */
function wordsOf(text: string): string[] {
  const option = /Error parsing ([\w-]+=\S+)/.exec(text)?.[1];
  const quoted = [...text.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
  const directive = /Unknown directive: (\S+)/.exec(text)?.[1];
  const section = /with id '([^']+)'/.exec(text)?.[1];
  const words = [option, directive, section && `[${section}]`, ...quoted.reverse()];
  return words.filter(
    (word) => word !== undefined && /\w\w/.test(word) && !word.endsWith('.conf'),
  ) as string[];
}

/** The number of the line that holds a word; the named line if it does. */
function lineWith(file: string, word: string, named: number): number | undefined {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^;.*/, ''));
  const holds = (line: string | undefined): boolean =>
    line !== undefined && squeeze(line).includes(squeeze(word));
  if (holds(lines[named - 1])) return named;
  const index = lines.findIndex(holds);
  return index < 0 ? undefined : index + 1;
}

function squeeze(text: string): string {
  return text.replace(/\s*(=>|=)\s*/g, '=');
}
