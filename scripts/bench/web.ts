/** The subscriber's page in a browser: how soon an inbox of 10,000 messages is there, and how much script that takes. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fillLarge } from '../../test/web/fill-large.ts';
import { openPageWorld, signInAs } from '../../test/web/world.ts';
import { checkout } from '../stack/machine.ts';
import type { BenchProgram } from './bench-options.ts';
import { resultOf } from './result.ts';

const about = [
  'An inbox of 10,000 messages on a real store, opened by Chromium anew each round: from the beginning of the navigation until the first ' +
    'messages are painted, in milliseconds. Scripts of all pages together, as they are sent (gzip).',
];

export const web: BenchProgram = {
  name: 'web',
  async run(_stage, { quick, rounds, say }) {
    await using world = await openPageWorld();
    const mailbox = await world.subscriber('Ten Thousand');
    await fillLarge(world, mailbox);
    say('10,000 messages are there');
    const page = await world.visit('/');
    await signInAs(page, mailbox);
    const times: number[] = [];
    for (let i = 0; i < (quick ? 3 : Math.max(10, rounds)); i += 1) {
      await page.reload();
      times.push(await page.evaluate<number>(untilPainted));
    }
    const painted = { name: 'first messages painted', unit: 'ms', ours: times };
    const script = { name: 'script', unit: 'kB', ours: [(await scriptBytes()) / 1000] };
    return {
      name: 'web',
      title: 'The page',
      about,
      results: [
        resultOf({ ...painted, target: { of: 'ours', most: 1000 } }),
        resultOf({ ...script, target: { of: 'ours', most: 120 } }),
      ],
    };
  },
};

const untilPainted = `new Promise((resolve) => {
  const look = () =>
    document.querySelector('.row .row-name') === null
      ? requestAnimationFrame(look)
      : requestAnimationFrame(() => resolve(performance.now()));
  look();
})`;

async function scriptBytes(): Promise<number> {
  const folder = join(checkout, 'web/dist/assets');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(
    files.map(async (name) => gzipSync(await readFile(join(folder, name))).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
