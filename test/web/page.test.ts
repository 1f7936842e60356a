import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { seriousOf } from './serious.ts';
import { babble } from '../audio/babble.ts';
import { complaintsOf, openPageWorld, pin, signInAs, type PageWorld } from './world.ts';

const bo = { name: 'Bo Nilsen', number: '+12025557788', private: false };
const marta = { name: 'Marta Weiss', number: '+12025551122', private: false };
const voice = (ms = 20_000) => ({
  kind: 'voice' as const,
  parts: [{ contentType: 'audio/PCMU', bytes: babble(ms, 1) }],
});

describe('The subscriber’s page', function () {
  this.timeout(120_000);
  let world: PageWorld;
  let mailbox: Mailbox;
  const pages: Page[] = [];

  async function enter(path = '/', of = mailbox): Promise<Page> {
    const page = await world.visit(path);
    pages.push(page);
    await signInAs(page, of);
    return page;
  }

  before(async () => {
    world = await openPageWorld();
    mailbox = await world.subscriber('Ana Torres');
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
  });
  after(() => world[Symbol.asyncDispose]());

  it('lets in whoever knows the PIN, and tells others no more than that it does not fit', async () => {
    const page = await world.visit('/');
    pages.push(page);
    const complaints = complaintsOf(page);
    await page.getByLabel('Your number').fill(mailbox.number);
    await page.getByLabel('PIN', { exact: true }).fill('111111');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').getByText('do not belong together').waitFor();
    await signInAs(page, mailbox);
    await page.getByText('All quiet').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your number').waitFor();
    assert.deepEqual(complaints, []);
  });

  it('shows what arrives while it is open, plays it and makes it heard', async () => {
    const own = await world.subscriber('Lena');
    const page = await enter('/', own);
    const complaints = complaintsOf(page);
    await page.getByText('All quiet').waitFor();
    const { id } = await world.leave(own, { ...voice(), from: marta }, 'Call me back. It is about the boat.');
    const row = page.locator(`#row-${id}`);
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /New: Marta Weiss.*0:20.*Call me back/);
    await page
      .getByRole('log')
      .getByText('Voice message from Marta Weiss arrived')
      .waitFor({ state: 'attached' });
    await row.click();
    await page.getByRole('heading', { name: 'Marta Weiss', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.locator('.piece.now').waitFor();
    await page.getByRole('button', { name: 'Ahead 15 seconds' }).click();
    await page.getByLabel('Speed').selectOption('2');
    await page.getByText('It is about the boat.', { exact: false }).locator('visible=true').last().click();
    await page.locator('.piece.now', { hasText: 'about the boat' }).waitFor();
    await page.waitForFunction(`document.querySelector('#row-${id}').className.indexOf('is-new') === -1`);
    assert.equal((await world.store.messages.get(id))?.state, 'heard');
    assert.deepEqual(complaints, []);
  });

  it('is walked through, saved, deleted and undone by keys alone', async () => {
    const own = await world.subscriber('Keys');
    const first = await world.leave(own, { kind: 'text', text: 'the first', from: bo });
    const second = await world.leave(own, { kind: 'text', text: 'the second', from: bo });
    const page = await enter('/', own);
    await page.locator(`#row-${second.id}`).waitFor();
    await page.locator(`#row-${first.id}`).waitFor();
    await page.keyboard.press('j');
    await page.locator(`#row-${second.id}.is-cursor`).waitFor();
    await page.keyboard.press('j');
    await page.locator(`#row-${first.id}.is-cursor`).waitFor();
    await page.keyboard.press('d');
    await page.getByText('Message deleted').waitFor();
    await page.locator(`#row-${first.id}`).waitFor({ state: 'detached' });
    assert.equal((await world.store.messages.get(first.id))?.state, 'deleted');
    await page.keyboard.press('u');
    await page.getByText('Undone').waitFor();
    await page.locator(`#row-${first.id}`).waitFor();
    assert.equal((await world.store.messages.get(first.id))?.state, 'new');
    await page.keyboard.press('k');
    await page.locator(`#row-${second.id}.is-cursor`).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('article').getByText('the second').first().waitFor();
    await page.keyboard.press('s');
    await page.getByText('Message saved').waitFor();
    assert.equal((await world.store.messages.get(second.id))?.state, 'saved');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('first');
    await page
      .getByText('1 message', { exact: true })
      .or(page.locator(`#row-${first.id}`))
      .first()
      .waitFor();
  });

  it('takes back what the server refuses', async () => {
    const own = await world.subscriber('Back');
    const { id } = await world.leave(own, { kind: 'text', text: 'stay', from: bo });
    const page = await enter('/', own);
    await page.locator(`#row-${id}`).waitFor();
    await page.route('**/v1/messages/**', (route) =>
      route.request().method() === 'PATCH' ? route.abort() : route.continue(),
    );
    await page.keyboard.press('j');
    await page.keyboard.press('d');
    await page.getByText('The server cannot be reached').waitFor();
    await page.locator(`#row-${id}`).waitFor();
  });

  it('answers by text and by voice, and sends on', async () => {
    const own = await world.subscriber('Answers');
    const other = await world.subscriber('Other');
    const from = { name: 'Other', number: other.number, private: false };
    const { id } = await world.leave(own, { kind: 'text', text: 'shall we meet?', from });
    const page = await enter(`/inbox/${id}`, own);
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    await page.getByLabel('Message', { exact: true }).fill('Yes, at nine.');
    await page.getByRole('button', { name: 'Record' }).click();
    await page.getByRole('timer').getByText('0:01').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByLabel('Your recording').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText(/^Sent to/).waitFor();
    await page.getByRole('button', { name: 'Forward', exact: true }).click();
    await page.getByLabel('To', { exact: true }).fill(other.number);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page
      .getByText(/^Sent to/)
      .nth(1)
      .waitFor();
    const there = await enter('/', other);
    await there.locator('.row:not(.skeleton-row)').nth(1).waitFor();
  });

  it('records a greeting, keeps settings, and speaks Spanish from then on', async () => {
    const own = await world.subscriber('Chosen');
    const page = await enter('/greetings', own);
    const card = page.getByRole('region', { name: 'Greeting', exact: true });
    await card.getByRole('button', { name: 'Record' }).click();
    await card.getByRole('timer').getByText('0:02').waitFor();
    await card.getByRole('button', { name: 'Stop' }).click();
    await card.getByRole('button', { name: 'Use this recording' }).click();
    await card.getByText('Callers hear this now').waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('switch', { name: 'Keep quiet every day' }).check();
    await page.getByLabel('From', { exact: true }).waitFor();
    await page.getByLabel('Present PIN').fill(pin);
    await page.getByLabel('New PIN', { exact: true }).fill('730184');
    await page.getByLabel('New PIN again').fill('730184');
    await page.getByRole('button', { name: 'Change the PIN' }).click();
    await page.getByText('The PIN is changed').waitFor();
    await page.getByLabel('Language').selectOption('es');
    await page.getByRole('heading', { name: 'Ajustes' }).waitFor();
    assert.equal(await page.evaluate('document.documentElement.lang'), 'es');
    const kept = (await world.store.mailboxes.get(own.id))?.settings;
    assert.deepEqual([kept?.language, kept?.quietHours], ['es', { from: '22:00', to: '07:00' }]);
  });

  it('has nothing serious for axe on any page in either theme', async () => {
    const own = await world.subscriber('Axe');
    const spoken = await world.leave(own, { ...voice(3000), from: marta, urgent: true }, 'Call me back.');
    const text = await world.leave(own, { kind: 'text', text: 'hello', from: bo });
    const page = await enter('/', own);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [path, there] of [
        ['/inbox', '.row'],
        [`/inbox/${spoken.id}`, '.play:not([disabled])'],
        [`/inbox/${text.id}`, '.bubble'],
        ['/trash', '.empty'],
        ['/greetings', '.card'],
        ['/settings', '.things li'],
        ['/nowhere/at/all', '.empty'],
      ] as const) {
        await page.goto(path);
        await page.locator(there).first().waitFor();
        assert.deepEqual(await seriousOf(page), [], `${path} ${colorScheme}`);
      }
      const out = await world.visit('/', { colorScheme });
      pages.push(out);
      await out.getByLabel('Your number').waitFor();
      assert.deepEqual(await seriousOf(out), [], `sign in, ${colorScheme}`);
    }
  });

  it('says plainly that the message of a link is gone', async () => {
    const page = await world.visit('/m/AAAAAAAAAAAAAAAAAAAAAA');
    pages.push(page);
    await page.getByRole('heading', { name: 'This link leads nowhere' }).waitFor();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Your number').waitFor();
  });
});

describe('The built page', () => {
  it('has at most 120 kB of script, as it is sent', async () => {
    const files = (await readdir('web/dist/assets')).filter((name) => name.endsWith('.js'));
    const sizes = await Promise.all(
      files.map(async (name) => gzipSync(await readFile(`web/dist/assets/${name}`)).length),
    );
    const all = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(files.length > 0 && all <= 120_000, `${all} bytes`);
  });
});
