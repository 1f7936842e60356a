/** Applications, functions and contexts that a dialplan names and that Asterisk does not have: it says so only when a call gets there. */
import type { RenderedFile } from '../stack/render.ts';
import type { Complaint } from './complaints.ts';
import { basename } from 'node:path';

/** What the Asterisk console answers to `dialplan show`, `core show applications` and `core show functions`. */
export interface ConsoleOutput {
  readonly dialplan: string;
  readonly applications: string;
  readonly functions: string;
}

export function unknownNames(output: ConsoleOutput, files: readonly RenderedFile[]): Complaint[] {
  const applications = new Set(
    [...output.applications.matchAll(/^\s*(\w+):/gm)].map((match) => match[1]?.toLowerCase()),
  );
  const functions = new Set([...output.functions.matchAll(/^(\w+)\s/gm)].map((match) => match[1]));
  const contexts = new Set([...output.dialplan.matchAll(/^\[ Context '([^']+)'/gm)].map((match) => match[1]));
  const found: Complaint[] = [];
  for (const step of stepsOf(output.dialplan)) {
    const at = (text: string): number => found.push({ ...placeOf(step, files), text });
    if (!applications.has(step.application.toLowerCase())) at(`no such application as ${step.application}`);
    for (const name of functionsIn(step)) {
      if (!functions.has(name)) at(`no such function as ${name}`);
    }
    const target = /^(?:Goto|Gosub)$/i.test(step.application)
      ? /^([\w-]+),[^,()]+,\w+/.exec(step.args)?.[1]
      : undefined;
    if (target !== undefined && !contexts.has(target)) at(`no such context as ${target}`);
  }
  return found;
}

interface Step {
  readonly application: string;
  readonly args: string;
  readonly file: string;
  readonly line: number;
}

/** Lines as `2. Gosub(facts,s,1)   [extensions.conf:34]`. */
function stepsOf(dialplan: string): Step[] {
  return [...dialplan.matchAll(/\d+\. (\w+)\((.*)\)\s+\[([^\]:]+):(\d+)\]$/gm)].map((match) => ({
    application: match[1] ?? '',
    args: match[2] ?? '',
    file: match[3] ?? '',
    line: Number(match[4]),
  }));
}

function functionsIn(step: Step): string[] {
  const read = [...step.args.matchAll(/\$\{(\w+)\(/g)].map((match) => match[1] ?? '');
  const written = /^Set$/i.test(step.application) ? /^(\w+)\([^=]*\)=/.exec(step.args)?.[1] : undefined;
  return written === undefined ? read : [...read, written];
}

function placeOf(step: Step, files: readonly RenderedFile[]): Pick<Complaint, 'file' | 'line'> {
  const file =
    files.find((known) => known.path === step.file) ??
    files.find((known) => basename(known.path) === basename(step.file));
  return { file: file?.source ?? file?.path ?? step.file, line: step.line };
}
