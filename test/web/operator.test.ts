import assert from 'node:assert/strict';
import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { sampleNotification } from '../storage/sample.ts';
import { seriousOf } from './serious.ts';
import { complaintsOf, openPageWorld, type PageWorld } from './world.ts';

const password = 'correct horse battery staple';

describe('The operator’s page', function () {
  this.timeout(120_000);
  let world: PageWorld;
  let page: Page;
  let complaints: string[];
  before(async () => {
    world = await openPageWorld();
    page = await world.visit('/operator');
    complaints = complaintsOf(page);
  });
  after(() => world[Symbol.asyncDispose]());

  const open = async (name: string): Promise<void> => {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  };
  const confirm = (name: string) =>
    page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

  it('lets in whoever has name, password and code', async () => {
    const made = await world.operators.add('alice', 'admin', password, 'test');
    assert.equal(made.kind, 'made');
    const secret = new URL('url' in made ? made.url : '').searchParams.get('secret') ?? '';
    await page.getByLabel('Name').fill('alice');
    await page.getByLabel('Password').fill('wrong wrong wrong');
    await page.getByLabel('Code of').fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Code of').fill(new TOTP({ secret }).generate());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Subscribers', level: 1 }).waitFor();
  });

  it('makes, suspends and holds subscribers, asking first', async () => {
    const form = page.getByRole('form', { name: 'Create' });
    await form.getByLabel('Number').fill('+12025553001');
    await form.getByLabel('Name').fill('Bob');
    await form.getByRole('button', { name: 'Create' }).click();
    const row = page.getByRole('row', { name: /Bob/ });
    await row.getByRole('button', { name: 'Suspend' }).click();
    const kept = async () => world.serving.directory.get('+12025553001');
    assert.equal((await kept())?.status, 'active');
    await confirm('Suspend');
    await row.getByRole('button', { name: 'Resume' }).waitFor();
    assert.equal((await kept())?.status, 'suspended');
    await row.getByRole('button', { name: 'Hold', exact: true }).click();
    await confirm('Hold');
    await row.getByRole('button', { name: 'End hold' }).waitFor();
    assert.ok((await kept())?.hold);
  });

  it('drops dead letters', async () => {
    const mailbox = await world.subscriber('Ann');
    const letter = sampleNotification({ mailbox: mailbox.id });
    await world.store.notifications.ensure(letter);
    await world.store.notifications.failed(letter.id, undefined, 'refused by the network');
    await open('Queues');
    await page.getByText('refused by the network').waitFor();
    await page.getByRole('button', { name: 'Drop' }).click();
    await confirm('Drop');
    await page.getByText('refused by the network').waitFor({ state: 'detached' });
  });

  it('is without serious findings of axe on every page, light and dark', async () => {
    const names = [
      'Subscribers',
      'Classes',
      'Lines and calls',
      'Queues',
      'Call records',
      'Sweeps',
      'Audit log',
      'API keys',
    ];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const name of names) {
        await open(name);
        assert.deepEqual(await seriousOf(page), [], `${name}, ${colorScheme}`);
      }
    }
    assert.deepEqual(complaints, []);
  });
});
