import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { openSpeech, type Speech } from '../../app/speech/open-speech.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { speech as spoken } from '../audio/speech.ts';
import { silentLog } from '../ports/silent-log.ts';
import { settings } from '../speech/engines.ts';
import { filmed } from '../transform/world.ts';
import { letter } from './filled.ts';
import { seriousOf } from './serious.ts';
import { complaintsOf, openPageWorld, signInAs, type PageWorld } from './world.ts';

/** Width of a picture, once it is there. */
const loadedWidth = (page: Page, selector: string) =>
  page.evaluate<number>(`(async () => {
    const image = document.querySelector('${selector}');
    await image.decode();
    return image.naturalWidth;
  })()`);
const bo = { name: 'Bo Nilsen', number: '+12025557788', private: false };

describe('What messages hold, on the page', function () {
  // The engine gives way to all else on the machine.
  this.timeout(240_000);
  let speech: Speech;
  let world: PageWorld;
  let mailbox: Mailbox;
  let page: Page;
  let complaints: string[];

  before(async () => {
    speech = await openSpeech(settings({ speak: 'none' }), toolCommands(), { log: silentLog });
    world = await openPageWorld({ converters: speech.converters });
    mailbox = await world.subscriber('Ana Torres');
    page = await world.visit('/');
    complaints = complaintsOf(page);
    await signInAs(page, mailbox);
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await speech[Symbol.asyncDispose]();
  });

  /** Nothing wrong for the browser, nor for axe, whose own styles the page forbids. */
  async function isClean(): Promise<void> {
    assert.deepEqual(complaints.splice(0), []);
    assert.deepEqual(await seriousOf(page), []);
    complaints.length = 0;
  }

  it('a number that is verified says so, one that may be false does in the list too, others say nothing', async () => {
    for (const [name, attestation, badge] of [
      ['Vera', 'A', 'Number verified'],
      ['Fay', 'failed', 'Number may be false'],
      ['Pat', 'B', ''],
      ['Nils', undefined, ''],
    ] as const) {
      const from = { ...bo, name, ...(attestation === undefined ? {} : { attestation }) };
      const { id } = await world.leave(mailbox, { kind: 'text', from, text: 'Hello' });
      await page.goto(`/inbox/${id}`);
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      assert.equal(await page.locator('.message-head .badges').textContent(), badge);
      const inList = /Number/.test((await page.locator(`#row-${id}`).textContent()) ?? '');
      assert.equal(inList, attestation === 'failed', name);
      if (badge !== '') await isClean();
    }
  });

  it('a voice message is written down by the engine here, and its words follow the sound, by hand and by keys', async () => {
    const bytes = await spoken('Good afternoon. Your car is ready.');
    const parts = [{ contentType: 'audio/PCMU', bytes }];
    const { id } = await world.leave(mailbox, { kind: 'voice', from: bo, parts });
    await page.goto(`/inbox/${id}`);
    const transcript = page.getByRole('group', { name: 'Transcript' });
    // It comes by itself, once the engine has understood it.
    await transcript.waitFor({ timeout: 200_000 });
    const words = (await transcript.innerText()).trim().split(/\s+/);
    const answer = await page.evaluate<{ words?: { word: string; startMs: number; endMs: number }[] }>(
      `fetch('/v1/messages/${id}').then((answer) => answer.json())`,
    );
    const timed = answer.words ?? [];
    assert.deepEqual(
      timed.map(({ word }) => word),
      words,
    );
    const lengthMs = bytes.length / 8;
    assert.ok(
      timed.every(({ startMs, endMs }, i) => startMs >= (timed[i - 1]?.endMs ?? 0) && endMs <= lengthMs),
    );
    const play = page.getByRole('button', { name: 'Play', exact: true });
    await play.and(page.locator(':enabled')).waitFor();
    const middle = Math.floor(words.length / 2);
    const piece = (at: number) => transcript.locator(`[data-at="${at}"]`);
    // Paused at once, so that no slow machine plays past the word.
    const halted = async (at: number): Promise<void> => {
      await page.getByRole('button', { name: 'Pause' }).click();
      const seconds = Number(await page.getByLabel('Position').inputValue());
      const word = timed[at] ?? assert.fail();
      assert.ok(seconds * 1000 >= word.startMs - 100, `${seconds} s for ${JSON.stringify(word)}`);
    };
    await piece(middle).click();
    await halted(middle);
    const now = Number(await transcript.locator('.now').getAttribute('data-at'));
    assert.ok(now >= middle, `word ${now} for ${middle}`);
    await transcript.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await transcript.locator('.chosen[data-at="1"]').waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: words[1] ?? '' })
      .first()
      .waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await halted(1);
    assert.ok(Number(await transcript.locator('.now').getAttribute('data-at')) >= 1);
    assert.equal(new URL(page.url()).pathname, `/inbox/${id}`);
    await isClean();
  });

  it('a video plays', async () => {
    const inputs = '-f lavfi -i testsrc=s=160x120:r=10:d=2 -f lavfi -i sine=600:duration=2';
    const bytes = await filmed('webm', `${inputs} -c:v libvpx -c:a libopus`.split(' '));
    const parts = [{ contentType: 'video/webm', name: 'greetings.webm', bytes }];
    const { id } = await world.leave(mailbox, { kind: 'video', from: bo, text: 'Look at this', parts });
    await page.goto(`/inbox/${id}`);
    await page.getByText('Look at this').last().waitFor();
    await page.locator('video').waitFor();
    const width = await page.evaluate<number>(`(async () => {
      const film = document.querySelector('video');
      film.muted = true;
      await Promise.all([new Promise((ended) => film.addEventListener('ended', ended)), film.play()]);
      return film.videoWidth;
    })()`);
    assert.equal(width, 160);
    await isClean();
  });

  it('a picture shows, and opens large', async () => {
    const bytes = await filmed('png', '-f lavfi -i testsrc2=s=1600x900 -frames:v 1'.split(' '));
    const parts = [{ contentType: 'image/png', name: 'harbour.png', bytes }];
    const { id } = await world.leave(mailbox, { kind: 'image', from: bo, parts });
    await page.goto(`/inbox/${id}`);
    await page.getByRole('img', { name: 'harbour.png' }).click();
    const large = page.getByRole('dialog', { name: 'harbour.png' });
    await large.waitFor();
    assert.equal(await loadedWidth(page, 'dialog img'), 1600);
    assert.equal(await page.evaluate(`document.querySelector('dialog.viewer').clientWidth`), 1280);
    await isClean();
    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).pathname, `/inbox/${id}`);
  });

  it('a fax is leafed through, on the page and large', async () => {
    const parts = [{ contentType: 'application/pdf', name: 'policy.pdf', bytes: await letter() }];
    const { id } = await world.leave(mailbox, { kind: 'fax', from: bo, parts });
    await page.goto(`/inbox/${id}`);
    const second = page.getByRole('img', { name: 'Page 2 of 2' });
    await second.scrollIntoViewIfNeeded();
    assert.ok((await loadedWidth(page, '[alt="Page 2 of 2"]')) > 500);
    await page.getByRole('img', { name: 'Page 1 of 2' }).click();
    await page
      .getByRole('dialog', { name: 'Page 1 of 2' })
      .getByRole('button', { name: 'Next page' })
      .click();
    const large = page.getByRole('dialog', { name: 'Page 2 of 2' });
    await large.waitFor();
    assert.equal(await large.getByRole('button', { name: 'Next page' }).isDisabled(), true);
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await isClean();
  });
});
