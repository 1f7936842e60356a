import assert from 'node:assert/strict';
import { TOTP } from 'otpauth';
import type { Page, Route } from 'playwright-core';
import { fillSystem, openFilledWorld, operatorOf, password, signInOperator } from './filled-operator.ts';
import { seriousOf } from './serious.ts';
import { complaintsOf, type PageWorld } from './world.ts';

/** The server does what it was asked, and what it answers does not arrive. */
async function loseAnswer(route: Route): Promise<void> {
  await route.fetch();
  await route.abort();
}

const table = [
  'number,name,class,status',
  '+12025553002,Eva Lund,standard,active',
  '12,Nobody,gold,asleep',
].join('\n');

describe('The operator’s page', function () {
  this.timeout(180_000);
  let world: PageWorld;
  let page: Page;
  let complaints: string[];
  before(async () => {
    world = await openFilledWorld();
    await fillSystem(world);
    page = await world.visit('/operator');
    complaints = complaintsOf(page);
  });
  after(() => world[Symbol.asyncDispose]());

  const open = async (name: string): Promise<void> => {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.locator('.desk-page :is(td, dd, .none)').first().waitFor();
  };
  const sheet = () => page.getByRole('dialog');
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const confirm = (name: string) => sheet().getByRole('button', { name, exact: true }).click();
  const said = (words: string | RegExp) => page.locator('.toast').getByText(words).first().waitFor();
  /** The last thing that was done: of the one before it may still be told. */
  const undo = () => page.locator('.toast').getByRole('button', { name: 'Undo' }).last().click();
  const row = (name: RegExp) => page.getByRole('row', { name });
  const kept = (number: string) => world.serving.directory.get(number);

  it('says plainly why somebody is not let in, and lets in who has name, password and code', async () => {
    const secret = await operatorOf(world, 'alice');
    await page.getByLabel('Name').fill('alice');
    await page.getByLabel('Password').fill('wrong wrong wrong');
    await page.getByLabel('Code of').fill('12');
    await press('Sign in');
    await page.getByRole('alert').getByText('six digits').waitFor();
    await page.getByLabel('Code of').fill('000000');
    await press('Sign in');
    await page.getByRole('alert').getByText('do not belong together').waitFor();
    const stranger = await world.visit('/operator');
    await stranger.getByLabel('Name').fill('mallory');
    await stranger.getByLabel('Password').fill(password);
    await stranger.getByRole('button', { name: 'Sign in' }).waitFor();
    const alert = stranger.getByRole('alert');
    for (let i = 0; i < 20 && (await alert.getByText('try again from').count()) === 0; i += 1) {
      await stranger.getByLabel('Code of').fill('000000');
      const answered = stranger.waitForResponse(/session\/operator/);
      await stranger.getByRole('button', { name: 'Sign in' }).click();
      await answered;
      await stranger.locator('button[type=submit]:not([disabled])').waitFor();
    }
    await alert.getByText(/try again from .*\d/).waitFor();
    await stranger.context().close();
    await signInOperator(page, 'alice', secret);
    await page.getByRole('heading', { name: 'Subscribers', level: 1 }).waitFor();
  });

  it('makes, suspends and holds subscribers, asking first, and takes it back', async () => {
    await press('New subscriber');
    const form = page.getByRole('form', { name: 'New subscriber' });
    const at = () =>
      page.evaluate<string>(
        'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent',
      );
    assert.equal(await at(), 'Number');
    await confirm('Close');
    await form.waitFor({ state: 'detached' });
    assert.equal(await at(), 'New subscriber', 'focus is where it was');
    await press('New subscriber');
    await form.getByLabel('Number').fill('12');
    await form.getByLabel('Name').fill('Zoë Zander');
    await form.getByRole('button', { name: 'New subscriber' }).click();
    await form.locator('.wrong, .notice.bad').first().waitFor();
    await form.getByLabel('Number').fill('+12025553001');
    // The answer is lost on its way: who presses once more makes no other.
    await page.route('**/v1/subscribers', loseAnswer, { times: 1 });
    await form.getByRole('button', { name: 'New subscriber' }).click();
    await form.getByRole('alert').waitFor();
    await form.getByRole('button', { name: 'New subscriber' }).click();
    await sheet().getByText('Zoë Zander has a mailbox.').waitFor();
    const pin = await sheet().locator('code').innerText();
    const box = await kept('+12025553001');
    const login = (typed: string) =>
      world.serving.authentication.login(box!, typed, { key: 'web:203.0.113.4', trusted: false });
    assert.equal((await login(pin)).kind, 'change');
    await confirm('I have it');
    assert.ok(!(await page.content()).includes(pin));
    const zoe = row(/Zoë/);
    for (const wrong of ['1', '2', '3']) await login(wrong);
    await zoe.getByRole('button', { name: 'Details' }).click();
    await sheet().getByText('Locked out after wrong PINs until').waitFor();
    await sheet().getByText('Not changed yet').waitFor();
    assert.deepEqual(await seriousOf(page), []);
    await confirm('Unlock');
    await page.getByText('Let everybody try again').waitFor();
    await confirm('Unlock');
    await said('Zoë Zander can try again at once.');
    await zoe.getByRole('button', { name: 'Details' }).click();
    await sheet().getByText('Not changed yet').waitFor();
    assert.equal(await sheet().getByText('Locked out').count(), 0);
    await confirm('New PIN');
    await page.getByRole('dialog').last().getByRole('button', { name: 'New PIN' }).click();
    const other = sheet().locator('code');
    await other.waitFor();
    assert.equal((await login(pin)).kind, 'wrong');
    assert.equal((await login(await other.innerText())).kind, 'change');
    await confirm('I have it');
    await zoe.getByRole('button', { name: 'Suspend' }).click();
    assert.equal((await kept('+12025553001'))?.status, 'active');
    await confirm('Suspend');
    await said('Zoë Zander is suspended.');
    assert.equal((await kept('+12025553001'))?.status, 'suspended');
    await undo();
    await said('Taken back.');
    assert.equal((await kept('+12025553001'))?.status, 'active');
    await zoe.getByRole('button', { name: 'Suspend' }).click();
    await confirm('Suspend');
    await zoe.getByRole('button', { name: 'Resume' }).click();
    await zoe.getByText('Active').waitFor();
    await zoe.getByRole('button', { name: 'Hold', exact: true }).click();
    await sheet().getByLabel('Case number').fill('case 7');
    await confirm('Hold');
    await zoe.getByText('Legal hold: case 7').waitFor();
    assert.equal((await kept('+12025553001'))?.hold?.why, 'case 7');
    await zoe.getByRole('button', { name: 'End hold' }).click();
    await confirm('End hold');
    await zoe.getByRole('button', { name: 'Hold', exact: true }).waitFor();
    assert.equal((await kept('+12025553001'))?.hold, undefined);
  });

  it('tries a table before it takes it in, and names what is wrong in which line', async () => {
    await press('Import CSV');
    const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(table) };
    await sheet().locator('input[type=file]').setInputFiles(file);
    await sheet().getByText('1 to create').waitFor();
    const wrong = await sheet().getByRole('row').allInnerTexts();
    assert.ok(
      wrong.some((line) => /3\s+number\s+12/.test(line)),
      wrong.join('\n'),
    );
    assert.equal(await kept('+12025553002'), undefined);
    await confirm('Take it in');
    await said('1 created');
    assert.equal((await kept('+12025553002'))?.settings.name, 'Eva Lund');
  });

  it('asks for subscribers once nobody has typed for a moment', async () => {
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('prefix=')) asked.push(request.url());
    });
    await page.getByLabel('Number', { exact: true }).pressSequentially('+12025553002', { delay: 20 });
    await row(/Ana/).waitFor({ state: 'detached' });
    await row(/Eva/).waitFor();
    assert.ok(asked.length <= 2, asked.join('\n'));
    await page.getByLabel('Number', { exact: true }).fill('');
    await page.getByLabel('Status').selectOption('suspended');
    await row(/Eva/).waitFor({ state: 'detached' });
    await row(/Tomás/).waitFor();
  });

  it('changes a class, says which field is wrong, and takes it back', async () => {
    const class_ = async () =>
      (await world.operating.classes.list()).classes.find(({ profile }) => profile.name === 'standard');
    await open('Classes');
    await page.getByText('Edit the profile').click();
    const text = page.getByLabel('Profile (JSON)');
    const before = await text.inputValue();
    await text.fill(before.replace(/"retentionDays": \d+/, '"retentionDays": "long"'));
    await press('Save');
    await page.getByRole('alert').getByText('retentionDays').waitFor();
    await text.fill(before.replace(/"retentionDays": \d+/, '"retentionDays": 77'));
    await press('Save');
    await page.getByText('77 days').waitFor();
    assert.equal((await class_())?.profile.retentionDays, 77);
    await undo();
    await page.getByText('77 days').waitFor({ state: 'detached' });
    assert.equal((await class_())?.source, 'file');
  });

  it('shows lines, calls, nodes and webhooks with their state', async () => {
    await open('Lines and calls');
    await row(/carrier-west.*Offline/).waitFor();
    await row(/Not told/).waitFor();
    await open('Nodes');
    await page.getByText('This node is geneva.').waitFor();
    await row(/basel.*Not reached.*318.*20 min/).waitFor();
    await row(/\+1 202.*zurich.*Away/).waitFor();
    await open('Webhooks');
    await row(/crm\.example\.com.*Working/).waitFor();
    await row(/warehouse.*Failing.*min.*answered 503/).waitFor();
  });

  it('tries dead letters anew, and drops them for good after asking', async () => {
    await open('Queues');
    await row(/Texts, mails and webhooks.*\d+ min/).waitFor();
    await row(/rosa@example\.org/)
      .getByRole('button', { name: 'Retry' })
      .click();
    await said('What was for rosa@example.org is tried anew.');
    await row(/rosa@example\.org/).waitFor({ state: 'detached' });
    await row(/hook:warehouse/)
      .getByRole('button', { name: 'Drop' })
      .click();
    await confirm('Drop');
    await row(/hook:warehouse/).waitFor({ state: 'detached' });
    const left = await world.store.notifications.deadLetters(10);
    assert.deepEqual(
      left.map(({ to }) => to),
      ['+12025551004'],
    );
  });

  it('filters call records and draws them', async () => {
    await open('Call records');
    await page.getByRole('img', { name: /calls in 30 days/ }).waitFor();
    const numbers = async () =>
      (await page.locator('td[data-head="No."]').allInnerTexts()).map((text) => Number(text));
    const first = await numbers();
    assert.deepEqual(
      first,
      first.toSorted((a, b) => b - a),
    );
    const shows = (n: number) => page.getByRole('cell', { name: String(n), exact: true }).waitFor();
    await page.route('**/v1/cdrs*', (route) => route.abort(), { times: 1 });
    await press('Older');
    await page.getByText('This could not be read.').waitFor();
    assert.deepEqual(await numbers(), [], 'the page before is not shown as the one after it');
    await press('Try again');
    await shows(first.at(-1)! - 1);
    assert.ok(!(await numbers()).includes(first[0]!));
    await press('Newer');
    await shows(first[0]!);
    await page.getByLabel('Event').selectOption('text-out');
    await page.getByRole('cell', { name: 'Call', exact: true }).first().waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'Text out' }).first().waitFor();
  });

  it('says what a sweep would do, does it after asking, and shows it as the last one', async () => {
    const dead = await kept('+12025551008');
    const before = await world.store.mailboxes.get(dead!.id);
    assert.ok(before);
    await open('Sweeps');
    await page.getByText('1,204').waitFor();
    await press('Run now');
    await sheet().getByText('3 messages are purged for good').waitFor();
    await confirm('Run now');
    await said('3 purged');
    await page.getByText('1,204').waitFor({ state: 'detached' });
    assert.equal((await world.store.retention.lastSweeps()).effective?.purged, 3);
  });

  it('makes a key that opens, shows it once, and revokes it', async () => {
    await open('API keys');
    await press('Make a key');
    const form = page.getByRole('form', { name: 'Make a key' });
    await form.getByLabel('Name').fill('Report');
    await form.getByLabel('cdrs:read').check();
    await form.getByLabel('Present password').fill(password);
    await page.route('**/v1/keys', loseAnswer, { times: 1 });
    await form.getByRole('button', { name: 'Make a key' }).click();
    await form.getByRole('alert').waitFor();
    await form.getByRole('button', { name: 'Make a key' }).click();
    const key = await sheet().locator('code').innerText();
    const ask = async () =>
      (await fetch(`${world.web.address}/v1/cdrs`, { headers: { authorization: `Bearer ${key}` } })).status;
    assert.equal(await ask(), 200);
    await confirm('I have it');
    assert.ok(!(await page.content()).includes(key));
    assert.equal(await row(/Report/).count(), 1, 'pressed twice, made once');
    await row(/Report/)
      .getByRole('button', { name: 'Revoke' })
      .click();
    await confirm('Revoke');
    await row(/Report/)
      .getByText('Revoked')
      .waitFor();
    assert.equal(await ask(), 401);
    await open('Audit log');
    await page.getByRole('cell', { name: 'key-revoked' }).first().waitFor();
  });

  it('makes operators, gives them other roles and ways in, and ends them; not oneself', async () => {
    const signsIn = async (word: string, secret: string, later = 0) =>
      (
        await world.operators.login(
          'carla',
          word,
          new TOTP({ secret }).generate({ timestamp: Date.now() + later }),
          `198.51.100.${later / 30_000}`,
        )
      ).kind;
    const role = async () => (await world.operators.get('carla'))?.role;
    await open('Operators');
    assert.equal(await row(/alice/).getByRole('button', { name: 'End' }).count(), 0);
    await press('New operator');
    const form = page.getByRole('form', { name: 'New operator' });
    await form.getByLabel('Present password').fill(password);
    await form.getByLabel('Name').fill('Carla Maria');
    await form.getByRole('button', { name: 'New operator' }).click();
    await form.getByText('That is no name for an operator').waitFor();
    await form.getByLabel('Name').fill('carla');
    await form.getByRole('button', { name: 'New operator' }).click();
    await sheet().getByText('carla signs in with these.').waitFor();
    assert.deepEqual(await seriousOf(page), []);
    const [word = '', secret = ''] = await sheet().locator('code').allInnerTexts();
    assert.equal(await signsIn(word, secret.replaceAll(' ', '')), 'in');
    await confirm('I have it');
    const carla = row(/carla/);
    await carla.getByRole('button', { name: 'Change' }).click();
    await sheet().getByLabel('Role').selectOption('billing');
    await sheet().getByLabel('Present password').fill(password);
    await confirm('Change role');
    await said('carla is Billing now.');
    assert.equal(await role(), 'billing');
    await undo();
    await said('Taken back.');
    assert.equal(await role(), 'support');
    await carla.getByRole('button', { name: 'Change' }).click();
    await sheet().getByLabel('Present password').fill(password);
    await confirm('New password');
    await page.getByRole('dialog').last().getByRole('button', { name: 'New password' }).click();
    const other = await sheet().locator('code').innerText();
    await confirm('I have it');
    assert.equal(await signsIn(word, secret.replaceAll(' ', ''), 30_000), 'refused');
    assert.equal(await signsIn(other, secret.replaceAll(' ', ''), 30_000), 'in');
    await carla.getByRole('button', { name: 'End' }).click();
    await confirm('End');
    await carla.waitFor({ state: 'detached' });
    assert.equal(await role(), undefined);
    assert.equal(await world.operators.setRole('alice', 'support', 'test'), 'last-admin');
    const seen = (await world.operating.overview.audit({ limit: 100 })).map(
      ({ by, outcome }) => `${by} ${outcome}`,
    );
    for (const outcome of ['made', 'role-billing', 'reset', 'removed'])
      assert.ok(seen.includes(`alice operator-${outcome}`), outcome);
  });

  it('says so where something cannot be read, and asks once more', async () => {
    await page.route('**/v1/audit*', (route) => route.abort(), { times: 1 });
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('alert').getByText('This could not be read.').waitFor();
    await press('Try again');
    await page.getByRole('cell', { name: 'operator-made' }).first().waitFor();
  });

  it('is without serious findings of axe on every filled page, light and dark, and as wide as a phone', async () => {
    const names = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();
    assert.equal(names.length, 11);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(
        colorScheme === 'light' ? { width: 1280, height: 800 } : { width: 390, height: 844 },
      );
      for (const name of names) {
        await open(name);
        assert.deepEqual(await seriousOf(page), [], `${name}, ${colorScheme}`);
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
      }
    }
    assert.deepEqual(complaints, []);
  });

  it('speaks Spanish, on a phone too', async () => {
    const secret = await operatorOf(world, 'bruno');
    const phone = await world.visit('/operator', { locale: 'es-ES', viewport: { width: 390, height: 844 } });
    await signInOperator(phone, 'bruno', secret);
    await phone.getByRole('heading', { name: 'Abonados', level: 1 }).waitFor();
    await phone
      .getByRole('row', { name: /Bo Nilsen/ })
      .getByRole('button', { name: 'Suspender' })
      .click();
    await phone.getByRole('dialog').getByText('¿Suspender a Bo Nilsen?').waitFor();
    await phone.getByRole('dialog').getByRole('button', { name: 'Suspender' }).click();
    await phone.getByText('Bo Nilsen: suspendido.').waitFor();
    assert.equal((await kept('+12025551002'))?.status, 'suspended');
    for (const name of ['Clases', 'Colas', 'Nodos', 'Limpiezas', 'Operadores']) {
      await phone.getByRole('link', { name, exact: true }).click();
      await phone.getByRole('heading', { name, level: 1 }).waitFor();
    }
  });
});
