/** Pictures of every page in both themes, on a desk and on a phone: npm run web:pictures [FOLDER] [operator|subscriber] */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { E164 } from '../../app/core/ids.ts';
import { fillMailbox } from '../../test/web/filled.ts';
import {
  fillSystem,
  guessAt,
  openFilledWorld,
  operatorOf,
  password,
  signInOperator,
} from '../../test/web/filled-operator.ts';
import { openPageWorld, signInAs, type PageWorld } from '../../test/web/world.ts';

const folder = resolve(process.argv[2] ?? 'docs/pictures');
const only = process.argv[3];
const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
type Shoot = (name: string) => Promise<void>;

await mkdir(folder, { recursive: true });
if (only !== 'operator') await ofSubscribers();
if (only !== 'subscriber') await ofOperators();

async function ofSubscribers(): Promise<void> {
  await using world = await openPageWorld();
  const mailbox = await world.subscriber('Ana Torres');
  const messages = await fillMailbox(world, mailbox);
  await inEachLook(world, '/', async (page, shoot) => {
    await page.getByLabel('Your number').waitFor();
    await shoot('sign-in');
    await signInAs(page, mailbox);
    await page.locator('.row').first().waitFor();
    await shoot('inbox');
    await walk(page, messages, shoot);
  });
}

async function inEachLook(
  world: PageWorld,
  at: string,
  look: (page: Page, shoot: Shoot) => Promise<void>,
): Promise<void> {
  for (const theme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(sizes)) {
      const page = await world.visit(at, { colorScheme: theme, viewport, timezoneId: 'Etc/UTC' });
      const shoot = async (name: string): Promise<void> => {
        // What the mouse happens to be over would look chosen.
        await page.mouse.move(0, 0);
        const path = join(folder, `${name}-${size}-${theme}.png`);
        await page.screenshot({ path, animations: 'disabled' });
        console.log(path);
      };
      await look(page, shoot);
      await page.context().close();
    }
}

async function walk(
  page: Page,
  messages: Awaited<ReturnType<typeof fillMailbox>>,
  shoot: Shoot,
): Promise<void> {
  for (const kind of ['voice', 'fax', 'text', 'email', 'falseNumber'] as const) {
    await page.goto(`/inbox/${messages[kind]}`);
    await page.locator('.message h1').waitFor();
    if (kind === 'voice') {
      await page.locator('.play:not([disabled])').waitFor();
      await page.locator('.piece').nth(9).click();
      await page.getByRole('button', { name: 'Pause' }).click();
    }
    await page.waitForLoadState('networkidle');
    await shoot(kind === 'falseNumber' ? 'false-number' : kind);
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

async function ofOperators(): Promise<void> {
  await using world = await openFilledWorld();
  await fillSystem(world);
  // A code is good once: each look has an operator of its own.
  const names = ['alice', 'bruno', 'carla', 'dora'];
  await inEachLook(world, '/operator', async (page, shoot) => {
    const name = names.shift() ?? 'alice';
    await page.locator('input[type=password]').waitFor();
    await shoot('operator-sign-in');
    await signInOperator(page, name, await operatorOf(world, name));
    const links = await page.locator('.desk-nav a').all();
    for (const link of links) {
      const part = (await link.getAttribute('href'))?.split('/').at(-1) ?? '';
      await link.click();
      await page.waitForLoadState('networkidle');
      await page.locator('.desk-page :is(td, dd, .none)').first().waitFor();
      await shoot(`operator-${part}`);
    }
    await guessAt(world, '+12025551002' as E164);
    await overThePages(page, name, shoot);
  });
}

/** The sheets that open over a page. */
async function overThePages(page: Page, who: string, shoot: Shoot): Promise<void> {
  const table = 'number,name,class,status\n+12025552001,Eva Lund,standard,active\n12,Nobody,gold,asleep\n';
  await page.goto('/operator/subscribers');
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(table) };
  await page.getByRole('dialog').locator('input[type=file]').setInputFiles(file);
  await page.getByRole('dialog').getByRole('status').getByText('to create').waitFor();
  await shoot('operator-import');
  await page.goto('/operator/subscribers');
  await page
    .getByRole('row', { name: /Bo Nilsen/ })
    .getByRole('button', { name: 'Details' })
    .click();
  await page.getByRole('dialog').getByText('Locked out').waitFor();
  await page.waitForLoadState('networkidle');
  await shoot('operator-subscriber');
  await page.goto('/operator/operators');
  await page.getByRole('button', { name: 'New operator' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(`${who}-2`);
  await page.getByRole('dialog').getByLabel('Present password').fill(password);
  await page.getByRole('dialog').getByRole('button', { name: 'New operator' }).click();
  await page.getByRole('dialog').locator('code').first().waitFor();
  await shoot('operator-new-operator');
}
