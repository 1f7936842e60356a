/** Pictures of every page in both themes, on a desk and on a phone: npm run web:pictures [FOLDER] */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { fillMailbox } from '../../test/web/filled.ts';
import { openPageWorld, signInAs } from '../../test/web/world.ts';

const folder = resolve(process.argv[2] ?? 'docs/pictures');
const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

await mkdir(folder, { recursive: true });
await using world = await openPageWorld();
const mailbox = await world.subscriber('Ana Torres');
const messages = await fillMailbox(world, mailbox);

for (const theme of ['light', 'dark'] as const)
  for (const [size, viewport] of Object.entries(sizes)) {
    const page = await world.visit('/', { colorScheme: theme, viewport, timezoneId: 'Etc/UTC' });
    const shoot = async (name: string): Promise<void> => {
      const path = join(folder, `${name}-${size}-${theme}.png`);
      await page.screenshot({ path, animations: 'disabled' });
      console.log(path);
    };
    await page.getByLabel('Your number').waitFor();
    await shoot('sign-in');
    await signInAs(page, mailbox);
    await page.locator('.row').first().waitFor();
    await shoot('inbox');
    await walk(page, shoot);
    await page.context().close();
  }

async function walk(page: Page, shoot: (name: string) => Promise<void>): Promise<void> {
  for (const kind of ['voice', 'fax', 'text', 'email'] as const) {
    await page.goto(`/inbox/${messages[kind]}`);
    await page.locator('.message h1').waitFor();
    if (kind === 'voice') {
      await page.locator('.play:not([disabled])').waitFor();
      await page.locator('.piece').nth(9).click();
      await page.getByRole('button', { name: 'Pause' }).click();
    }
    await page.waitForLoadState('networkidle');
    await shoot(kind);
  }
  await page.goto(`/inbox/${messages.fax}`);
  await page.locator('.pages .enlarge').first().click();
  await page.waitForLoadState('networkidle');
  await shoot('fax-large');
  for (const name of ['greetings', 'settings', 'trash']) {
    await page.goto(`/${name}`);
    await page
      .locator(name === 'trash' ? '.empty' : '.card')
      .first()
      .waitFor();
    await page.waitForLoadState('networkidle');
    await shoot(name);
  }
}
