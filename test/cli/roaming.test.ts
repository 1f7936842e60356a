import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleMailbox } from '../storage/sample.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { answerback } from './command.ts';

describe('answerback roaming', function () {
  this.timeout(60_000);
  let opened: TestStore;
  let folder: string;

  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-roaming-'));
    const node = "url: 'https://127.0.0.1:1', certificate: x.pem";
    await writeFile(
      join(folder, 'answerback.yaml'),
      `node: home
store: { database: ${opened.database} }
numbers: { access: ['+12025550199'], country: US, ranges: [{ prefix: '+1202555', class: standard }] }
sync:
  key: x.key
  certificate: x.pem
  nodes:
    - { name: east, ${node}, prefixes: ['+1202666'] }
    - { name: west, ${node}, prefixes: ['+1202777'] }
`,
    );
  });
  after(async () => {
    await opened[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]) =>
    answerback(['roaming', ...args, '--config', join(folder, 'answerback.yaml')], {
      env: { MONGODB_URL: opened.url },
    });

  it('reports, again, elsewhere, home and late; and says what there is not', async () => {
    const { number } = (await opened.store.mailboxes.findOrCreate(sampleMailbox())).mailbox;
    for (let n = 0; n < 2; n += 1) {
      const away = await run('report', number, 'east');
      assert.deepEqual([away.code, away.out], [0, `${number} is at east\n`], away.errors);
    }
    assert.equal((await run('report', number, 'west')).out, `${number} is at west\n`);
    assert.match((await run('list')).out, new RegExp(`${number.replace('+', '\\+')} +west .* away`));
    const before = new Date(Date.now() - 60_000).toISOString();
    assert.match(
      (await run('report', number, 'east', '--at', before)).out,
      /is at west; this was told later/,
    );
    assert.match((await run('return', number)).out, /is coming home from west/);
    assert.match(
      (await run('report', number, 'east', '--at', before)).out,
      /is at home, not all of it yet from west; this was told/,
    );
    for (const [args, code, text] of [
      [['report', number, 'north'], 3, /node/],
      [['report', '+4312345678', 'east'], 3, /number/],
      [['report', '+12026660001', 'west'], 2, /home of this number is the node east/],
      [['report', number, 'east', '--at', 'soon'], 2, /--at/],
      [['return', '+12025559999'], 3, /nobody/],
    ] as const) {
      const wrong = await run(...args);
      assert.deepEqual(
        [wrong.code, text.test(wrong.errors)],
        [code, true],
        `${args.join(' ')}: ${wrong.errors}`,
      );
    }
  });
});
