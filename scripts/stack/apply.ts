/** Gives changed dialplans to an Asterisk that runs, from another process than the one that started it. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findInstallation } from './installation.ts';
import { renderDialplans, type DialplanValues } from './render.ts';
import { run } from './run.ts';

/** In an Asterisk's folder: what its files were rendered with, so that they can be rendered again. */
export const valuesFile = 'rendered-with.json';

/**
 * Renders and reloads; calls go on.
 * @param directory folder of the running Asterisk
 * @throws Error if none runs there.
 */
export async function applyDialplans(directory: string, dialplans: string): Promise<void> {
  const folder = resolve(directory);
  const text = await readFile(join(folder, valuesFile), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`no Asterisk of npm start runs from ${folder}`);
  const values = JSON.parse(text) as DialplanValues;
  const etc = join(folder, 'etc');
  await renderDialplans(dialplans, etc, values);
  const installation = findInstallation();
  for (const command of ['dialplan reload', 'module reload res_pjsip.so']) {
    await run(
      installation.command(['-C', join(etc, 'asterisk.conf'), '-rx', command], folder, values.prompts),
    );
  }
}
