/** A browser that a program drives: ANSWERBACK_CHROMIUM, the machine's own Chromium, else that of the Debian root. */
import { chromium, type Browser } from 'playwright-core';
import { inRoot, onPath, rootFolder } from './machine.ts';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OpenBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const headlessInRoot = 'usr/bin/chromium-headless-shell';
const startMs = 60_000;

/** Its microphone is a tone, and nobody is asked whether it may be used. */
const options = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** @throws Error that says what to do where there is none */
export async function openBrowser(): Promise<OpenBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'answerback-browser-'));
  try {
    const executablePath = await executable(folder);
    const browser = await chromium.launch({ executablePath, args: options, timeout: startMs });
    return {
      browser,
      async [Symbol.asyncDispose]() {
        await browser.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function executable(folder: string): Promise<string> {
  const given = process.env['ANSWERBACK_CHROMIUM'];
  if (given !== undefined) return given;
  const own = names.map(onPath).find((path) => path !== undefined);
  if (own !== undefined) return own;
  if (existsSync(join(rootFolder(), headlessInRoot))) return wrapped(folder);
  throw new Error('there is no Chromium: install it, set ANSWERBACK_CHROMIUM, or run npm run setup');
}

/** The driver wants one file to run: a script that goes into the root. */
async function wrapped(folder: string): Promise<string> {
  const { program, args } = inRoot(`/${headlessInRoot}`, []);
  const quoted = [program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const file = join(folder, 'chromium');
  await writeFile(file, `#!/bin/sh\nexec ${quoted} "$@"\n`);
  await chmod(file, 0o755);
  return file;
}
