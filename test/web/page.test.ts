import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { writeWav } from '../../app/speech/content/wav.ts';
import { seriousOf } from './serious.ts';
import { babble } from '../audio/babble.ts';
import { complaintsOf, openPageWorld, pin, publicUrl, signInAs, type PageWorld } from './world.ts';

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

  it('is found by what was said, by who said it, and not by what nobody said', async () => {
    const own = await world.subscriber('Seeker');
    const said = await world.leave(own, { ...voice(2000), from: marta }, 'The umbrella is still here.');
    const written = await world.leave(own, { kind: 'text', text: 'about the boat', from: bo });
    const page = await enter('/', own);
    const rows = page.locator('.row:not(.skeleton-row)');
    await rows.nth(1).waitFor();
    const search = page.getByRole('searchbox', { name: 'Search messages' });
    for (const [words, found, other] of [
      ['umbr*', said, written],
      ['nilsen', written, said],
    ] as const) {
      await search.fill(words);
      await page.locator(`#row-${other.id}`).waitFor({ state: 'detached' });
      await page.locator(`#row-${found.id}`).waitFor();
    }
    await search.fill('zeppelin');
    await page.getByText('Nothing found').waitFor();
    await search.press('Escape');
    await rows.nth(1).waitFor();
  });

  it('undoes a deletion at a click, and brings back from the trash what was deleted before', async () => {
    const own = await world.subscriber('Undo');
    const { id } = await world.leave(own, { kind: 'text', text: 'not for the trash', from: bo });
    const state = async () => (await world.store.messages.get(id))?.state;
    const page = await enter(`/inbox/${id}`, own);
    const article = page.getByRole('article');
    await article.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Message deleted').waitFor();
    assert.equal(await state(), 'deleted');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone').waitFor();
    assert.notEqual(await state(), 'deleted');
    await page.goto(`/inbox/${id}`);
    await article.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Message deleted').waitFor();
    await page.goto('/trash');
    await page.locator(`#row-${id}`).click();
    await article.getByRole('button', { name: 'Bring back' }).click();
    await page.getByText('Message brought back').waitFor();
    assert.equal(await state(), 'heard');
  });

  it('has the telephone called to hear a message, or to speak with its sender, and says why not', async () => {
    const own = await world.subscriber('Calls');
    const { id } = await world.leave(own, { ...voice(2000), from: marta });
    const far = { number: '+442071838750', private: false };
    const abroad = await world.leave(own, { ...voice(2000), from: far });
    const page = await enter(`/inbox/${id}`, own);
    for (const [button, purpose] of [
      ['Call me and play it', 'play'],
      ['Call the sender', 'call-sender'],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      await page
        .getByText(/^Calling \+1 202/)
        .first()
        .waitFor();
      const due = await world.store.deliveries.takeDue(new Date(), 60_000);
      assert.deepEqual([due?.message, due?.purpose, due?.to], [id, purpose, own.number]);
      await page
        .getByText(/^Calling/)
        .first()
        .waitFor({ state: 'detached' });
    }
    await page.goto(`/inbox/${abroad.id}`);
    await page.getByRole('button', { name: 'Call the sender' }).click();
    await page.getByText('That number may not be called').waitFor();
    assert.equal(await world.store.deliveries.takeDue(new Date(), 60_000), undefined);
  });

  it('takes a sound as a greeting, plays it, and goes back to the one before when it is removed', async () => {
    const own = await world.subscriber('Uploads');
    const page = await enter('/greetings', own);
    const file = (ms: number) => ({
      name: 'greeting.wav',
      mimeType: 'audio/wav',
      buffer: Buffer.from(
        writeWav({ rate: 8000, samples: new Int16Array(8 * ms).map((_, i) => 9000 * Math.sin(i)) }),
      ),
    });
    const [usual, holiday] = ['Greeting', 'For a while'].map((name) =>
      page.getByRole('region', { name, exact: true }),
    ) as [Locator, Locator];
    for (const card of [usual, holiday]) {
      await card.getByLabel('Upload a file').setInputFiles(file(2000));
      await card.getByText('Callers hear this now').waitFor();
    }
    assert.equal(await usual.getByText('Callers hear this now').count(), 0);
    await holiday.locator('audio').waitFor();
    const played = await page.evaluate<number>(`(async () => {
      const audio = document.querySelector('[aria-label="For a while"] audio');
      await Promise.all([new Promise((ended) => audio.addEventListener('ended', ended)), audio.play()]);
      return audio.duration;
    })()`);
    assert.ok(Math.abs(played - 2) < 0.3, `${played} s`);
    await holiday.getByRole('button', { name: 'Remove' }).click();
    await usual.getByText('Callers hear this now').waitFor();
    await holiday.getByText('Not recorded').waitFor();
    await usual.getByLabel('Upload a file').setInputFiles({ ...file(1), buffer: Buffer.from('no sound') });
    await page.locator('.toast.bad').waitFor();
    await usual.getByText('Callers hear this now').waitFor();
  });

  it('shows how full the mailbox is, and keeps the PIN if the old one is wrong', async () => {
    const own = await world.subscriber('Careful');
    await world.leave(own, { ...voice(90_000), from: marta });
    const page = await enter('/settings', own);
    const room = page.getByRole('region', { name: 'Room' });
    await room.getByRole('meter', { name: 'Messages' }).waitFor();
    for (const [name, says] of [
      ['Messages', '1 of 20,000'],
      ['Playing time', '1:30 of 1:00:00'],
    ] as const)
      assert.equal(await room.getByRole('meter', { name }).getAttribute('aria-valuetext'), says);
    const change = async (old: string, chosen: string): Promise<void> => {
      await page.getByLabel('Present PIN').fill(old);
      await page.getByLabel('New PIN', { exact: true }).fill(chosen);
      await page.getByLabel('New PIN again').fill(chosen);
      await page.getByRole('button', { name: 'Change the PIN' }).click();
    };
    await change('111111', '730184');
    await page.getByText('The present PIN is not right').waitFor();
    await change(pin, '123456');
    await page.getByText('That PIN is too easy to guess').waitFor();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    const again = await world.visit('/');
    pages.push(again);
    await signInAs(again, own);
  });

  it('says plainly that a message is gone, and leads back', async () => {
    const own = await world.subscriber('Gone');
    const { id } = await world.leave(own, { kind: 'text', text: 'here for now', from: bo });
    await world.store.messages.remove(id);
    const page = await enter(`/inbox/${id}`, own);
    await page.getByText('This message is gone').waitFor();
    await page.getByRole('button', { name: 'To the inbox' }).click();
    await page.getByText('This message is gone').waitFor({ state: 'detached' });
  });

  it('opens by the link of a notice that one message, and says plainly when link or message is over', async () => {
    const own = await world.subscriber('Links');
    const other = await world.leave(own, { kind: 'text', text: 'not for guests', from: marta });
    const message = await world.leave(own, { kind: 'text', text: 'for guests too', from: bo });
    const notice = await world.textTo(own, new RegExp(message.reference));
    const path = /\/m\/[\w-]{22}$/.exec(notice)?.[0] ?? assert.fail(notice);
    assert.ok(notice.endsWith(`${publicUrl}${path}`), notice);
    const arrive = async (at: string, says: string): Promise<Page> => {
      const page = await world.visit(at);
      pages.push(page);
      await page.getByRole('heading', { name: says }).waitFor();
      return page;
    };
    const guest = await arrive(path, 'Bo Nilsen');
    await guest.getByText('for guests too').waitFor();
    for (const name of ['Reply', 'Forward', 'Call the sender'])
      assert.equal(await guest.getByRole('button', { name }).count(), 0, name);
    assert.deepEqual(await seriousOf(guest), []);
    await guest.getByRole('button', { name: 'Save' }).click();
    await guest.getByText('Message saved').waitFor();
    await guest.goto(`/inbox/${other.id}`);
    await guest.getByText('for guests too').waitFor();
    assert.equal(await guest.getByText('not for guests').count(), 0);
    world.longAgo(-1000 * 86_400_000);
    try {
      await arrive(path, 'This link is over');
    } finally {
      world.longAgo(0);
    }
    await world.store.messages.setState(message.id, 'deleted', new Date());
    await arrive(path, 'This message was deleted');
    const nowhere = await arrive('/m/AAAAAAAAAAAAAAAAAAAAAA', 'This link leads nowhere');
    await nowhere.getByRole('button', { name: 'Sign in' }).click();
    await nowhere.getByLabel('Your number').waitFor();
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
