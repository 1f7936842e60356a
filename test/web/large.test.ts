import assert from 'node:assert/strict';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { fillLarge, many } from './fill-large.ts';
import { openPageWorld, signInAs, type PageWorld } from './world.ts';

describe('An inbox of 10,000 messages', function () {
  this.timeout(180_000);
  let world: PageWorld;
  let mailbox: Mailbox;

  before(async () => {
    world = await openPageWorld();
    mailbox = await world.subscriber('Ten Thousand');
    await fillLarge(world, mailbox);
  });
  after(() => world[Symbol.asyncDispose]());

  it('is painted soon, and scrolled through without a gap to the very last', async () => {
    const page = await world.visit('/', { viewport: { width: 1280, height: 2400 } });
    await signInAs(page, mailbox);
    await page.locator('.row .row-name').first().waitFor();
    await page.reload();
    await page.locator('.row .row-name').first().waitFor();
    const painted = await page.evaluate<number>('performance.now()');
    // The bench measures it; here a slow machine has room.
    assert.ok(painted < 10_000, `${Math.round(painted)} ms`);
    process.stdout.write(`      first messages after ${Math.round(painted)} ms\n`);
    const rows = await page.evaluate<number>('document.querySelectorAll(".list-body li").length');
    assert.ok(rows < 100, `${rows} rows are in the document`);
    const seen = await page.evaluate<readonly (string | null)[]>(walk);
    assert.deepEqual(
      [seen.length, seen.findIndex((name, i) => name !== `Sender ${i}`)],
      [many, -1],
      'each message once, in order, none left out',
    );
    await page.context().close();
  });
});

/** Goes down by half a screen, waits until what is in sight is there, and notes which rows were seen; a gap is noted as null. */
const walk = `(async () => {
  const list = document.querySelector('.list-body');
  const seen = [];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (;;) {
    for (let i = 0; i < 2000; i += 1) {
      await frame();
      const box = list.getBoundingClientRect();
      const inSight = [...list.querySelectorAll('li')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > box.top && top < box.bottom;
      });
      if (inSight.length === 0 || inSight.some((row) => row.querySelector('.skeleton-row') !== null)) continue;
      const tops = inSight.map((row) => row.getBoundingClientRect().top).sort((a, b) => a - b);
      if (tops[0] > box.top + 1 || tops.some((top, k) => k > 0 && Math.abs(top - tops[k - 1] - 76) > 1)) continue;
      for (const row of inSight) seen[Number(row.getAttribute('aria-posinset')) - 1] = row.querySelector('.row-name').textContent;
      break;
    }
    if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) return Array.from(seen, (name) => name ?? null);
    list.scrollTop += list.clientHeight * 0.9;
  }
})()`;
