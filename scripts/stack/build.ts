/** The controller as production runs it: compiled to dist/, anew when a source is newer. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, onMachine } from './machine.ts';
import { run } from './run.ts';

const stamp = join(checkout, 'dist/app/main.js');

/**
 * Compiles app/ if it changed, once for all who ask at the same time.
 * @returns the file to start.
 * @throws Error with the compiler's words.
 */
export async function builtController(): Promise<string> {
  if (!isFresh()) {
    mkdirSync(join(checkout, 'var'), { recursive: true });
    const tsc = join(checkout, 'node_modules/.bin/tsc');
    // Another process may be at it: wait, and look again before compiling.
    const script = `[ "$(find app -name '*.ts' -newer '${stamp}' 2>/dev/null | head -n 1)" = "" ] && [ -e '${stamp}' ] || { '${tsc}' -p tsconfig.build.json && touch '${stamp}'; }`;
    await run(onMachine('flock', [join(checkout, 'var/build.lock'), 'sh', '-c', script]), { cwd: checkout });
  }
  return stamp;
}

function isFresh(): boolean {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const sources = readdirSync(join(checkout, 'app'), { recursive: true, withFileTypes: true });
  return sources.every(
    (entry) => !entry.name.endsWith('.ts') || statSync(join(entry.parentPath, entry.name)).mtimeMs <= built,
  );
}
