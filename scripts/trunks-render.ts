/**
 * npm run trunks:render -- CONFIG.yaml FOLDER
 *
 * Writes what Asterisk and the driver of its cards need for the trunks of the configuration: pjsip.d/trunk-NAME.conf,
 * chan_dahdi.conf, dahdi/system.conf (docs/lines.md). Other files in FOLDER stay as they are.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { configFor } from './render-arguments.ts';
import { checkout } from './stack/machine.ts';
import { renderTrunks } from './stack/render.ts';

const [file, folder] = process.argv.slice(2);
try {
  if (file === undefined || folder === undefined)
    throw new Error('npm run trunks:render -- CONFIG.yaml FOLDER');
  const { trunks } = configFor(file, process.env).config;
  const files = await renderTrunks(join(checkout, 'dialplans'), trunks);
  for (const [path, text] of Object.entries(files)) {
    const full = resolve(folder, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    console.log(full);
  }
  if ('chan_dahdi.conf' in files) console.log('modules.conf needs: load = chan_dahdi.so');
} catch (error) {
  console.error(`trunks:render: ${(error as Error).message}`);
  process.exitCode = 1;
}
