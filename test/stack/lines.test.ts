import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { line as lineSchema } from '../../app/config/line.ts';
import { openLocalAsterisk } from '../../scripts/stack/asterisk.ts';
import { findInstallation } from '../../scripts/stack/installation.ts';
import { checkout, rootFolder } from '../../scripts/stack/machine.ts';
import { lineFiles } from '../../scripts/stack/lines.ts';
import type { Trunk } from '../../scripts/stack/render.ts';
import { temporaryFolder } from './temporary.ts';

const run = promisify(execFile);

const ss7 = { pointCode: '1-2-3', adjacentPointCode: '1-2-4' };

function trunk(name: string, line: Record<string, unknown>): Trunk {
  return { name, host: '127.0.0.1', port: 5060, line: lineSchema.parse(line) };
}

const itu = trunk('itu', { signalling: 'ss7-itu', spans: [1, 2], ss7: { ...ss7, network: 'international' } });
const ansi = trunk('ansi', {
  signalling: 'ss7-ansi',
  carrier: 't1',
  spans: [1],
  ss7: { ...ss7, firstCircuit: 101 },
});
const user = trunk('user', { signalling: 'pri-user', spans: [3] });
const network = trunk('network', {
  signalling: 'pri-network',
  carrier: 't1',
  spans: [2],
  switchType: 'national',
});
const r2 = trunk('r2', {
  signalling: 'r2',
  spans: [4],
  r2: { variant: 'mx', callerDigits: 10, calledDigits: 7 },
});

/** A module as this machine sees it. */
function moduleFile(name: string): string {
  const { modules, inRoot } = findInstallation();
  return inRoot ? join(rootFolder(), modules, name) : join(modules, name);
}

const linesOf = (text: string | undefined) => (text ?? '').split('\n');

describe('Lines of the telephone network', function () {
  this.timeout(60_000);

  it('S15: SS7 by ITU: the first E1 bears the link, circuits are numbered by time slot over all spans', () => {
    const files = lineFiles([itu]);
    const channels = linesOf(files?.['chan_dahdi.conf']);
    const from = channels.indexOf('cicbeginswith = 1');
    assert.deepEqual(channels.slice(from, from + 7), [
      'cicbeginswith = 1',
      'channel => 1-15',
      'cicbeginswith = 17',
      'channel => 17-31',
      'cicbeginswith = 33',
      'channel => 32-62',
      'sigchan = 16',
    ]);
    assert.deepEqual(linesOf(files?.['dahdi/system.conf']).slice(2, -1), [
      'span = 1,1,0,ccs,hdb3,crc4',
      'bchan = 1-15',
      'bchan = 17-31',
      'mtp2 = 16',
      'span = 2,1,0,ccs,hdb3,crc4',
      'bchan = 32-62',
    ]);
  });

  it('S15: SS7 by ANSI and ISDN over T1: slot 24 signals, the next span goes on behind it', () => {
    const files = lineFiles([ansi, network]);
    const channels = linesOf(files?.['chan_dahdi.conf']);
    for (const expected of ['ss7type = ansi', 'cicbeginswith = 101', 'channel => 1-23', 'sigchan = 24'])
      assert.ok(channels.includes(expected), expected);
    for (const expected of [
      'signalling = pri_net',
      'channel => 25-47',
      'setvar = AB_TRUNK=network',
      'group = 2',
    ])
      assert.ok(channels.includes(expected), expected);
    assert.ok(linesOf(files?.['dahdi/system.conf']).includes('dchan = 48'));
  });

  it('S15: R2: bits in slot 16, variant and digits of the country', () => {
    const files = lineFiles([trunk('sip', { signalling: 'pri-user', spans: [1] }), r2].slice(1));
    const channels = linesOf(files?.['chan_dahdi.conf']);
    for (const expected of ['signalling = mfcr2', 'mfcr2_variant = mx', 'mfcr2_max_dnis = 7'])
      assert.ok(channels.includes(expected), expected);
    const driver = linesOf(files?.['dahdi/system.conf']);
    for (const expected of ['span = 4,1,0,cas,hdb3', 'cas = 94-108:1101', 'cas = 110-124:1101'])
      assert.ok(driver.includes(expected), expected);
  });

  it('S15: one list of trunks becomes the files of Asterisk and of the driver', async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, 'answerback.yaml');
    const sip = { name: 'carrier', host: '192.0.2.10', port: 5080 };
    const pstn = { name: 'pstn', line: { signalling: 'ss7-itu', spans: [1], ss7 } };
    await writeFile(config, stringify({ trunks: [sip, pstn], asterisk: { trunk: 'pstn' } }));
    const script = join(checkout, 'scripts/trunks-render.ts');
    const ran = await run(process.execPath, ['--import', 'tsx', script, config, folder.path], {
      cwd: checkout,
    });
    assert.match(ran.stdout, /load = chan_dahdi\.so/);
    const read = (path: string) => readFile(join(folder.path, path), 'utf8');
    assert.match(await read('pjsip.d/trunk-carrier.conf'), /contact = sip:192\.0\.2\.10:5080/);
    assert.match(await read('chan_dahdi.conf'), /setvar = AB_TRUNK=pstn/);
    assert.match(await read('dahdi/system.conf'), /mtp2 = 16/);
    await writeFile(
      config,
      stringify({ trunks: [sip, pstn, { ...pstn, name: 'again' }], asterisk: { trunk: 'carrier' } }),
    );
    await assert.rejects(
      run(process.execPath, ['--import', 'tsx', script, config, folder.path], { cwd: checkout }),
      /a span that no other trunk has/,
    );
  });

  it('a span has one use, and one that nobody names between E1s and T1s has to be named', () => {
    assert.throws(() => lineFiles([itu, trunk('twice', { signalling: 'r2', spans: [2] })]), /span 2/);
    const far = trunk('far', { signalling: 'pri-user', spans: [5] });
    assert.throws(() => lineFiles([ansi, far]), /span 2 stands between/);
    assert.equal(lineFiles([{ name: 'sip', host: '127.0.0.1', port: 5060 }]), undefined);
  });

  it('SS7 without addresses, R2 on a T1 and a span twice are refused by the configuration', () => {
    for (const wrong of [
      { signalling: 'ss7-itu', spans: [1] },
      { signalling: 'r2', carrier: 't1', spans: [1] },
      { signalling: 'pri-user', spans: [1, 1] },
      { signalling: 'ss7-itu', spans: [1], ss7: { ...ss7, pointCode: '1-2-3\nsetvar=x' } },
    ])
      assert.equal(lineSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
  });

  it('S15: Asterisk has every option that is written, and loads ISDN and R2 with their channels down', async () => {
    const module = await readFile(moduleFile('chan_dahdi.so'), 'latin1');
    const written = linesOf(lineFiles([itu, user, r2])?.['chan_dahdi.conf']);
    const options = new Set(
      written.map((one) => /^([a-z0-9_]+) =/.exec(one)?.[1]).filter((one) => one !== undefined),
    );
    assert.ok(options.size > 25, `${options.size} options`);
    for (const option of options) assert.ok(module.includes(`${option}\0`), option);
    await using folder = await temporaryFolder();
    await using asterisk = await openLocalAsterisk({ directory: folder.path, trunks: [user, r2] });
    assert.match(await asterisk.cli('module show like chan_dahdi'), /chan_dahdi\.so .*Running/);
    assert.match(await asterisk.cli('mfcr2 show version'), /OpenR2 version/);
    assert.match(await asterisk.cli('pri show version'), /libpri version/);
    assert.match(await asterisk.cli('dialplan show from-line'), /line-facts/);
    const log = await readFile(join(folder.path, 'log/messages'), 'utf8');
    // Time slots of channels that are down because there is no card, and nothing else.
    const complaints = log.split('\n').filter((one) => /(ERROR|WARNING)\[.*(dahdi|sig_)/.test(one));
    const absent = /No such file or directory|Unable to register channel|failure ignored/;
    assert.deepEqual(
      complaints.filter((one) => !absent.test(one)),
      [],
    );
  });

  for (const one of [itu, ansi]) {
    it(`S15: Asterisk speaks SS7 (${one.name}): all that is missing is the card`, async () => {
      await using folder = await temporaryFolder();
      await using asterisk = await openLocalAsterisk({ directory: folder.path, trunks: [one] });
      const log = await readFile(join(folder.path, 'log/messages'), 'utf8');
      const errors = log.split('\n').filter((text) => /ERROR\[.*chan_dahdi\.c/.test(text));
      // The link is opened last, when all else has been read.
      assert.match(errors.at(-1) ?? '', /Unable to open SS7 sigchan \d+ \(No such file or directory\)/);
      assert.doesNotMatch(log, /Unable to (load|parse)|Unknown|[Ii]nvalid/);
      // A card that is away takes nothing else down.
      assert.match(await asterisk.cli('core show channels'), /0 active calls/);
    });
  }
});
