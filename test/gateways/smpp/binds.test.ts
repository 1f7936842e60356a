import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openSmsc, type Smsc, type SmscOptions } from '../../../scripts/smsc/smsc.ts';
import type { BindSlice } from '../../../app/gateways/smpp/bind.ts';
import { openWorld, to, World } from './world.ts';

const certificate = (name: string): string =>
  fileURLToPath(new URL(`../../certificates/${name}`, import.meta.url));

/** Two SMSCs of two operators, and a bind to each. */
async function twoSmscs(first: Partial<BindSlice>, second: Partial<BindSlice>, options: SmscOptions = {}) {
  const [smsc, other] = [await openSmsc(options), await openSmsc(options)];
  const changes = [
    { name: 'first', smsc: 'first', ...first },
    { name: 'second', smsc: 'second', port: other.port, ...second },
  ];
  const world = new World(smsc, changes, {});
  await bound(world, [smsc, other]);
  return {
    world,
    smsc,
    other,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

/** Two binds to one SMSC. */
async function twoBinds() {
  const smsc = await openSmsc();
  const world = new World(smsc, [{ name: 'left' }, { name: 'right' }], {});
  await bound(world, [smsc]);
  return world;
}

async function bound(world: World, smscs: readonly Smsc[], binds = 2): Promise<void> {
  const isSo = () =>
    world.gateway.bound.length === binds && smscs.reduce((sum, one) => sum + one.receivers, 0) >= binds;
  for (const deadline = Date.now() + 5000; !isSo() && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(world.gateway.bound.length, binds);
}

describe('Several binds', function () {
  this.timeout(20_000);

  it('send to the numbers that they are for, the longest match first', async () => {
    await using two = await twoSmscs({ prefixes: ['+1'] }, { prefixes: ['+1202', '+49'] });
    for (const number of ['+12025550147', '+13055550147', '+4930123456'])
      await two.world.send('x', number, undefined, number);
    assert.deepEqual(
      two.smsc.submitted.map((one) => one.to),
      ['+13055550147'],
    );
    assert.deepEqual(
      two.other.submitted.map((one) => one.to),
      ['+12025550147', '+4930123456'],
    );
    await assert.rejects(two.world.send('x', 'nobody', undefined, '+33123456789'), /no bind serves/);
  });

  it('a text takes the next bind that may when its own is down, and its own again when that is back', async () => {
    await using two = await twoSmscs({ prefixes: ['+1202'] }, {});
    await two.smsc.stop();
    await two.world.sendAgain('by the other', 'one');
    assert.deepEqual(
      two.other.submitted.map((one) => one.body),
      ['by the other'],
    );
    await two.smsc.start();
    await bound(two.world, [two.smsc, two.other]);
    await two.world.send('by its own', 'two');
    assert.deepEqual(
      two.smsc.submitted.map((one) => one.body),
      ['by its own'],
    );
  });

  it('to one SMSC share the load, and one alone carries it when the other breaks', async () => {
    await using world = await twoBinds();
    world.smsc.delayMs = 20;
    await Promise.all(Array.from({ length: 40 }, () => world.send('x')));
    assert.equal(new Set(world.smsc.submitted.map((one) => one.connection)).size, 2);
    world.smsc.break(0);
    await Promise.all(Array.from({ length: 10 }, (_, i) => world.sendAgain('y', `after-${i}`)));
    const after = world.smsc.submitted.filter((one) => one.body === 'y');
    assert.ok(after.length >= 10);
  });

  it('a receipt finds its text whichever bind to the SMSC brings it', async () => {
    await using world = await twoBinds();
    const sent = [await world.send('one'), await world.send('two')];
    for (const via of [0, 1]) {
      for (const { messageId } of world.smsc.submitted)
        assert.equal(await world.smsc.receipt(messageId, 'DELIVRD', '000', via), 0);
    }
    assert.deepEqual(
      world.reports.map((one) => one.providerId),
      [...sent, ...sent].map((one) => one.providerId),
    );
  });

  it('the same message id of two SMSCs is two texts', async () => {
    await using two = await twoSmscs({ prefixes: ['+1202'] }, { prefixes: ['+1305'] });
    const { providerId: first } = await two.world.send('x', 'a');
    const { providerId: second } = await two.world.send('x', 'b', undefined, '+13055550147');
    assert.notEqual(first, second);
    assert.equal(await two.other.receipt('1', 'DELIVRD'), 0);
    assert.deepEqual(
      two.world.reports.map((one) => one.providerId),
      [second],
    );
  });

  it('what one bind took and could not answer is the same when the SMSC brings it by the other', async () => {
    await using world = await twoBinds();
    world.onText = async () => world.smsc.break(0);
    assert.equal(await world.smsc.deliver({ from: to, to: '+12025550199', message: 'yes' }), 'gone');
    world.onText = async () => undefined;
    await world.smsc.until(() => world.smsc.binds.length === 3);
    assert.equal(await world.smsc.deliver({ from: to, to: '+12025550199', message: 'yes' }), 0);
    const [first, second] = world.texts.map((one) => one.id);
    assert.equal(second, first);
  });

  it('an answer that is not the one to a text, such as a generic_nack, is no proof that it was taken', async () => {
    await using world = await openWorld();
    world.smsc.verdict = () => 'silent';
    const sending = world.send('x');
    await world.smsc.until(() => world.smsc.submitted.length === 1);
    // The bind was request 1, the text is request 2: a response to enquire_link with its number, and status 0.
    const nack = Buffer.alloc(16);
    [16, 0x8000_0000, 0, 2].forEach((value, i) => nack.writeUInt32BE(value, i * 4));
    world.smsc.raw(nack);
    await assert.rejects(sending, /status 0x8/);
  });
});

describe('A bind over TLS', function () {
  this.timeout(20_000);

  async function secure(): Promise<SmscOptions> {
    const [key, cert] = await Promise.all(
      ['server.key', 'server.pem'].map((name) => readFile(certificate(name), 'utf8')),
    );
    return { tls: { key: key!, cert: cert! } };
  }

  it('sends and takes texts where the certificate is of the authority that is configured', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      await using world = await openWorld(
        { tls: true, tlsCa: certificate('authority.pem'), host },
        await secure(),
      );
      await world.send('sealed');
      assert.equal(world.smsc.submitted[0]?.body, 'sealed');
      assert.equal(await world.smsc.deliver({ from: to, to: '+12025550199', message: 'sealed too' }), 0);
      assert.equal(world.texts[0]?.body, 'sealed too');
    }
  });

  it('gives no password to an SMSC whose certificate nobody vouches for, or that is none', async () => {
    for (const options of [await secure(), {}]) {
      await using world = await openWorld({ tls: true }, options);
      assert.deepEqual(world.gateway.bound, []);
      assert.deepEqual(world.smsc.binds, []);
    }
  });

  it('says who we are to an SMSC that asks for a certificate, and gets nowhere without', async () => {
    const { tls } = await secure();
    const ca = await readFile(certificate('authority.pem'), 'utf8');
    const asking = { tls: { ...tls!, ca, requestCert: true, rejectUnauthorized: true } };
    const trusted = { tls: true, tlsCa: certificate('authority.pem') };
    const tlsClient = { key: certificate('server.key'), cert: certificate('server.pem') };
    {
      await using world = await openWorld({ ...trusted, tlsClient }, asking);
      await world.send('known');
      assert.equal(world.smsc.submitted[0]?.body, 'known');
    }
    for (const without of [{}, { tlsClient: { ...tlsClient, cert: certificate('nowhere.pem') } }]) {
      await using world = await openWorld({ ...trusted, ...without, password: 'x' }, asking);
      assert.deepEqual([world.gateway.bound, world.smsc.binds], [[], []]);
    }
  });

  it('a file of certificates that is not there is no reason to trust the system’s', async () => {
    await using world = await openWorld(
      { tls: true, tlsCa: certificate('nowhere.pem'), password: 'x' },
      await secure(),
    );
    assert.deepEqual(world.gateway.bound, []);
  });
});
