import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createLanes } from '../../app/secrets/lanes.ts';
import { openHasher } from '../../app/secrets/open.ts';

const standard = { memoryKiB: 19_456, passes: 2, atOnce: 2 };
const weak = { memoryKiB: 64, passes: 1, atOnce: 2 };

describe('Hashes of PINs', () => {
  it('are Argon2id with the parameters of OWASP, salted, and hold no PIN', async () => {
    await using hasher = openHasher(standard);
    const [one, two] = await Promise.all([hasher.hash('482915'), hasher.hash('482915')]);
    assert.match(one ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.notEqual(one, two);
    assert.ok(!one?.includes('482915'));
    assert.equal(await hasher.verify(one ?? '', '482915'), 'right');
    assert.equal(await hasher.verify(one ?? '', '482916'), 'wrong');
    assert.equal(await hasher.verify(two ?? '', ''), 'wrong');
  });

  it('made with other parameters are right and outdated', async () => {
    await using before = openHasher(weak);
    await using now = openHasher({ ...weak, passes: 2 });
    const old = await before.hash('482915');
    assert.equal(await now.verify(old, '482915'), 'outdated');
    assert.equal(await now.verify(old, '482916'), 'wrong');
    assert.equal(await now.verify(await now.hash('482915'), '482915'), 'right');
  });

  it('with a pepper are worth nothing without it, and those from before get it', async () => {
    await using plain = openHasher(weak);
    await using hot = openHasher({ ...weak, pepper: 'Szechuan' });
    await using other = openHasher({ ...weak, pepper: 'Kampot' });
    const peppered = await hot.hash('482915');
    assert.equal(await hot.verify(peppered, '482915'), 'right');
    assert.equal(await plain.verify(peppered, '482915'), 'wrong');
    assert.equal(await other.verify(peppered, '482915'), 'wrong');
    assert.equal(await plain.verify(peppered.replace(/^pepper:/, ''), '482915'), 'wrong');
    assert.equal(await hot.verify(await plain.hash('482915'), '482915'), 'outdated');
  });

  it('fifty at once leave the threads free that files are read on', async () => {
    await using hasher = openHasher(standard);
    let made = 0;
    const all = Array.from({ length: 50 }, () => hasher.hash('482915').then(() => (made += 1)));
    for (let n = 0; n < 20; n += 1) await readFile(import.meta.filename);
    assert.ok(made < 40, `${made} were made before twenty files were read`);
    await Promise.all(all);
  });

  for (const broken of ['', 'x', '$argon2id$v=19$', 'pepper:', '$2b$10$abcdefghijklmnopqrstuv']) {
    it(`that are none (${broken || 'empty'}) match nothing`, async () => {
      await using hasher = openHasher({ ...weak, pepper: 'Kampot' });
      assert.equal(await hasher.verify(broken, '482915'), 'wrong');
      assert.equal(await hasher.verify(broken, ''), 'wrong');
    });
  }
});

describe('Lanes', () => {
  it('run so much at once and no more, in the order it came, also when work fails', async () => {
    const lanes = createLanes(2);
    let running = 0;
    let most = 0;
    const began: number[] = [];
    const work = (n: number) => async () => {
      began.push(n);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (n % 3 === 0) throw new Error('failed');
      return n;
    };
    const all = Promise.allSettled(Array.from({ length: 10 }, (_, n) => lanes.run(work(n))));
    await lanes.idle();
    const results = await all;
    assert.equal(most, 2);
    assert.deepEqual(began, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(results.filter((one) => one.status === 'rejected').length, 4);
    assert.equal(await lanes.run(async () => 'again'), 'again');
  });
});
