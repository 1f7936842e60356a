import assert from 'node:assert/strict';
import { openBrowser, type OpenBrowser } from '../../scripts/stack/browser.ts';
import { speech } from '../audio/speech.ts';
import { leaveMessage } from '../system/leave-message.ts';
import { access, openSystem, type System } from '../system/system.ts';

describe('A call while the page is open', function () {
  this.timeout(120_000);
  let system: System;
  let chromium: OpenBrowser;

  before(async () => {
    [system, chromium] = await Promise.all([
      openSystem({ config: { speech: { recognise: 'none' } } }),
      openBrowser(),
    ]);
  });
  after(async () => {
    await chromium[Symbol.asyncDispose]();
    await system[Symbol.asyncDispose]();
  });

  it('signs in by a code that comes as a text; what a caller leaves appears and can be heard', async () => {
    const said = await speech('Please call me back about the keys.');
    const alice = await system.phone('+12025550123');
    const bob = '+12025550121';
    await leaveMessage(alice, bob, said);
    const context = await chromium.browser.newContext({ baseURL: system.controller.web, locale: 'en-US' });
    const page = await context.newPage();
    await page.goto('/');
    await page.getByRole('button', { name: 'With a code' }).click();
    await page.getByLabel('Your number').fill(bob);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    const text = await system.network.nextText({
      timeoutMs: 20_000,
      where: (one) => one.to === bob && /\b\d{6}\b/.test(one.body) && !one.body.includes(access.slice(1)),
    });
    await page.getByLabel('Code from the text').fill(/\b\d{6}\b/.exec(text.body)?.[0] ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.locator('.row:not(.skeleton-row)').first().waitFor();
    await leaveMessage(alice, bob, said);
    const hungUp = performance.now();
    await page.locator('.row:not(.skeleton-row)').nth(1).waitFor();
    const took = Math.round(performance.now() - hungUp);
    process.stdout.write(`      in the open page ${took} ms after hang-up\n`);
    assert.ok(took < 20_000, `${took} ms`);
    await page.locator('.row:not(.skeleton-row)').first().click();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await context.close();
  });
});
