/** Schemathesis as scripts/setup prepared it: on this machine's Python, or on that of the Debian root. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../stack/machine.ts';

export interface FuzzOptions {
  /** Where the description lies. */
  readonly document: string;
  /** Of the server. */
  readonly address: string;
  readonly token: string;
  /** Time for all of it. */
  readonly seconds: number;
  readonly seed: number;
  /** Where it may write. */
  readonly directory: string;
}

/** What must hold of every answer: no 5xx, nothing that the description does not say, and what it says is so. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'allow_header_conformance',
  'ignored_auth',
];

/** @returns its exit code and what it printed */
export function runFuzzer(
  options: FuzzOptions,
): Promise<{ readonly code: number | null; readonly out: string }> {
  const { document, address, token, seconds, seed, directory } = options;
  const { command, args } = programOf();
  const child = spawn(
    command,
    [
      ...args,
      'run',
      document,
      `--url=${address}`,
      '-H',
      `Authorization: Bearer ${token}`,
      `--checks=${checks.join(',')}`,
      '--phases=coverage,fuzzing,stateful',
      `--max-time=${seconds}`,
      `--seed=${seed}`,
      '--suppress-health-check=all',
      '--warnings=off',
      '--request-timeout=60',
    ],
    { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env: environment(directory) },
  );
  let out = '';
  const keep = (chunk: Buffer): void => {
    out += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out }));
  });
}

function programOf(): { readonly command: string; readonly args: readonly string[] } {
  const cache =
    process.env['ANSWERBACK_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'answerback');
  const folder = join(cache, 'schemathesis');
  const program = join(folder, 'bin/schemathesis');
  if (!existsSync(join(folder, 'version'))) throw new Error(`there is no ${program}: run npm run setup`);
  if (!existsSync(join(folder, 'in-root'))) return { command: program, args: [] };
  return { command: 'bash', args: [join(checkout, 'scripts/in-root.sh'), program] };
}

/** It talks to this machine alone, and to nobody else. */
function environment(directory: string): NodeJS.ProcessEnv {
  const { PATH, HOME, ANSWERBACK_CACHE, ANSWERBACK_ROOT, XDG_CACHE_HOME } = process.env;
  return {
    PATH,
    HOME: HOME ?? directory,
    ANSWERBACK_CACHE,
    ANSWERBACK_ROOT,
    XDG_CACHE_HOME,
    NO_PROXY: '*',
    SCHEMATHESIS_HOOKS: join(checkout, 'scripts/fuzz/hooks.py'),
    PYTHONDONTWRITEBYTECODE: '1',
    NO_COLOR: '1',
  };
}
