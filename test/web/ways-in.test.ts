import assert from 'node:assert/strict';
import { scanned } from '../cli/scan-code.ts';
import { openFilledWorld, operatorOf, password, signInOperator } from './filled-operator.ts';
import { seriousOf } from './serious.ts';

describe('The operator’s page: ways in', function () {
  this.timeout(120_000);

  it('one’s own password is changed by whoever knows the present one, who then signs in with the new one', async () => {
    await using world = await openFilledWorld();
    const page = await world.visit('/operator/operators');
    await signInOperator(page, 'alice', await operatorOf(world, 'alice'));
    const row = page.getByRole('row', { name: /alice/ });
    await row.getByRole('button', { name: 'Change' }).click();
    const form = page.getByRole('form', { name: 'New password' });
    await form.getByLabel('Present password').fill('what somebody may guess');
    await form.getByLabel('New password').fill('nobody knows of this one');
    await form.getByRole('button', { name: 'New password' }).click();
    await form.getByText('That is not your present password.').waitFor();
    assert.deepEqual(await seriousOf(page), []);
    assert.deepEqual(await world.operators.prove('alice', password, '198.51.100.7'), { kind: 'right' });
    await form.getByLabel('Present password').fill(password);
    await form.getByRole('button', { name: 'New password' }).click();
    await page.getByLabel('Code of').waitFor();
    const proof = await world.operators.prove('alice', 'nobody knows of this one', '198.51.100.7');
    assert.deepEqual(proof, { kind: 'right' });
  });

  it('nobody at the open browser of another makes an operator or a key, or gives one another role', async () => {
    await using world = await openFilledWorld();
    await world.operators.add('bruno', 'support', password, 'test');
    const page = await world.visit('/operator/operators');
    await signInOperator(page, 'alice', await operatorOf(world, 'alice'));
    const refused = async (press: string): Promise<void> => {
      const sheet = page.getByRole('dialog');
      await sheet.getByLabel('Present password').fill('what somebody may guess');
      await sheet.getByRole('button', { name: press }).click();
      await sheet.getByText('That is not your present password.').waitFor();
      assert.deepEqual(await seriousOf(page), []);
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
    };
    await page.getByRole('button', { name: 'New operator' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('mallory');
    await refused('New operator');
    await page.getByRole('row', { name: /bruno/ }).getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog').getByLabel('Role').selectOption('admin');
    await refused('Change role');
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Report');
    await page.getByRole('dialog').getByLabel('keys:write').check();
    await refused('Make a key');
    assert.equal(await world.operators.get('mallory'), undefined);
    assert.equal((await world.operators.get('bruno'))?.role, 'support');
    assert.deepEqual(await world.operating.keys.list(undefined, 10), []);
  });

  it('and a new authenticator of another is scanned from the page, in the dark too', async () => {
    await using world = await openFilledWorld();
    await operatorOf(world, 'bruno');
    const page = await world.visit('/operator/operators', { colorScheme: 'dark' });
    await signInOperator(page, 'alice', await operatorOf(world, 'alice'));
    await page.getByRole('row', { name: /bruno/ }).getByRole('button', { name: 'Change' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByLabel('Present password').fill(password);
    await sheet.getByRole('button', { name: 'New authenticator' }).click();
    await page.getByRole('dialog').last().getByRole('button', { name: 'New authenticator' }).click();
    const code = sheet.getByRole('img', { name: 'Scan it' });
    await code.waitFor();
    const size = Number((await code.getAttribute('viewBox'))?.split(' ')[2]);
    const path = (await code.locator('path').getAttribute('d')) ?? '';
    const dark = new Set(Array.from(path.matchAll(/M(\d+) (\d+)h1v1h-1z/g), ([, x, y]) => `${x} ${y}`));
    const rows = Array.from({ length: size }, (_, y) =>
      Array.from({ length: size }, (_one, x) => dark.has(`${x} ${y}`)),
    );
    const address = await sheet.getByRole('link').getAttribute('href');
    assert.match(address ?? '', /^otpauth:\/\/totp\/.*bruno/);
    assert.equal(scanned(rows), address);
    assert.deepEqual(await seriousOf(page), []);
  });
});
