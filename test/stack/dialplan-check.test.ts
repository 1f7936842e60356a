import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDialplans } from '../../scripts/dialplan/check.ts';
import { checkout } from '../../scripts/stack/machine.ts';
import { temporaryFolder } from './temporary.ts';

describe('npm run dialplan:check', function () {
  this.timeout(60_000);

  /** Complaints as `file:line: text` after changes to a copy, each `[file, from, to]`. */
  async function complaints(...changes: [string, string, string][]): Promise<string[]> {
    await using folder = await temporaryFolder();
    const copy = join(folder.path, 'dialplans');
    await cp(join(checkout, 'dialplans'), copy, { recursive: true });
    for (const [file, from, to] of changes) {
      const text = await readFile(join(copy, file), 'utf8');
      assert.ok(text.includes(from), `${file} holds ${from}`);
      await writeFile(join(copy, file), text.replace(from, to));
    }
    return (await checkDialplans(copy)).map(({ file, line, text }) => `${file}:${line}: ${text}`);
  }

  async function lineOf(file: string, text: string): Promise<number> {
    const lines = (await readFile(join(checkout, 'dialplans', file), 'utf8')).split('\n');
    return lines.findIndex((line) => line.includes(text)) + 1;
  }

  it('finds nothing wrong with the dialplans as they are', async () => {
    assert.deepEqual(await complaints(), []);
  });

  it('names file and line of each fault', async () => {
    const found = await complaints(
      ['pjsip.d/trunk.conf.template', 'allow = ulaw,alaw', 'alow = ulaw,alaw'],
      ['pjsip.d/phone.conf.template', 'rtp_timeout = 60', 'rtp_timeout = soon'],
      ['extensions.conf', ' same => n,Wait(0.5)', ' sme => n,Wait(0.5)'],
      ['extensions.conf', 'Playtones(', 'Playtons('],
      ['extensions.conf', '${FILTER(0-9+,${CALLERID', '${FILTR(0-9+,${CALLERID'],
      ['modules.conf', 'load = app_stack.so', 'load = app_stack.so\nload = app_nothing.so'],
      ['numbering.d/short-codes.conf', 'Goto(handover,', 'Goto(hand-over,'],
    );
    const expected = [
      `pjsip.d/trunk.conf.template:${await lineOf('pjsip.d/trunk.conf.template', 'allow = ulaw')}: Could not find option`,
      `pjsip.d/phone.conf.template:${await lineOf('pjsip.d/phone.conf.template', 'rtp_timeout')}: Error parsing rtp_timeout`,
      `extensions.conf:${await lineOf('extensions.conf', 'Wait(0.5)')}: ==!!== Unknown directive: sme`,
      `extensions.conf:${await lineOf('extensions.conf', 'Playtones(')}: no such application as Playtons`,
      `extensions.conf:${await lineOf('extensions.conf', 'FILTER(0-9+,${CALLERID')}: no such function as FILTR`,
      `modules.conf:${(await lineOf('modules.conf', 'app_stack.so')) + 1}: Error loading module 'app_nothing.so'`,
      `numbering.d/short-codes.conf:${await lineOf('numbering.d/short-codes.conf', '*97')}: no such context as hand-over`,
    ];
    for (const start of expected)
      assert.ok(
        found.some((line) => line.startsWith(start)),
        `${start}\n  in\n${found.join('\n')}`,
      );
    assert.equal(found.length, expected.length, found.join('\n'));
  });

  it('names an unknown placeholder, and those that there are', async () => {
    const [only, ...more] = await complaints(['http.conf', '@ARI_PORT@', '@ARI_PROT@']);
    assert.match(
      only ?? '',
      /^http\.conf:6: no such placeholder as @ARI_PROT@; there are ACCESS, AMI_ENABLED, AMI_PASSWORD, AMI_PORT, AMI_USER, APP, ARI_PASSWORD/,
    );
    assert.deepEqual(more, []);
  });
});
