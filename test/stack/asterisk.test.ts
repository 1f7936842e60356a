import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLocalAsterisk, type LocalAsterisk } from '../../scripts/stack/asterisk.ts';
import { checkout } from '../../scripts/stack/machine.ts';
import { openPhone, type CallOptions, type Phone } from '../phone/phone.ts';
import { takeCalls, type HandedOver, type Taker } from './events.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary.ts';

const account = { name: 'desk', password: 'a password', number: '+12025550142' };

describe('the local Asterisk with the dialplans', function () {
  this.timeout(30_000);
  let folder: TemporaryFolder;
  let asterisk: LocalAsterisk;
  let phone: Phone;
  let taker: Taker;
  let startMs: number;

  before(async () => {
    folder = await temporaryFolder();
    const begun = performance.now();
    asterisk = await openLocalAsterisk({ directory: folder.path, phones: [account], tries: 2 });
    startMs = performance.now() - begun;
    phone = await openPhone({
      server: { host: asterisk.sipHost, port: asterisk.sipPort },
      number: '+41445550100',
    });
    taker = await takeCalls(asterisk);
  });

  after(async () => {
    await taker?.[Symbol.asyncDispose]();
    await phone?.[Symbol.asyncDispose]();
    await asterisk?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  async function handOver(number: string, options: CallOptions = {}): Promise<HandedOver> {
    await phone.call(number, options);
    return taker.next();
  }

  const texts = (call: HandedOver): string[] => call.fields.map((field) => field.toString('utf8'));

  it('serves within 3 s, also after it was killed', async () => {
    await using own = await temporaryFolder();
    await using other = await openLocalAsterisk({ directory: own.path });
    await other.kill();
    const begun = performance.now();
    await other.start();
    const again = performance.now() - begun;
    assert.ok(
      Math.min(startMs, again) < 3000,
      `${Math.round(startMs)} ms, and ${Math.round(again)} ms again`,
    );
    assert.match(await other.cli('core show version'), /^Asterisk \d+/);
  });

  it('hands over all that the network said of a call', async () => {
    const call = await handOver('+12025550177', {
      fromName: 'Ann (:the "boss" :)',
      toUser: '+12025550178',
      uriParameters: ';cause=302',
      headers: [
        'Diversion: <sip:+12025550111@x>;reason=no-answer',
        'Diversion: <sip:+12025550112@x>;reason=user-busy',
        'P-Asserted-Identity: "A, B" <sip:+41445550199@x>',
        'Privacy: id',
        'History-Info: <sip:2001@x?Reason=SIP%3Bcause%3D408>;index=1, <sip:2002@x;cause=408>;index=1.1',
        'P-Attestation-Indicator: A',
      ],
    });
    const fields = texts(call);
    assert.equal(call.entry, 'in');
    assert.equal(fields.length, 15);
    assert.equal(fields[0], '1');
    assert.equal(fields[1], '+12025550177');
    assert.match(fields[2] ?? '', /^sip:\+12025550177@127\.0\.0\.1:\d+;cause=302$/);
    assert.match(fields[3] ?? '', /^<sip:\+12025550178@/);
    assert.match(fields[4] ?? '', /^"Ann \(:the \\"boss\\" :\)" <sip:\+41445550100@/);
    assert.deepEqual(fields.slice(5, 10), [
      '"A, B" <sip:+41445550199@x>',
      'id',
      '<sip:+12025550111@x>;reason=no-answer',
      '<sip:+12025550112@x>;reason=user-busy',
      '',
    ]);
    assert.match(
      fields[10] ?? '',
      /^<sip:2001@x\?Reason=SIP%3Bcause%3D408>;index=1, <sip:2002@x;cause=408>;index=1\.1$/,
    );
    assert.deepEqual(fields.slice(11), ['', '', '(ulaw)', 'A']);
  });

  it('leaves out a display name of 4 kB and keeps the address and the other fields', async () => {
    const call = await handOver('+12025550177', { fromName: 'x'.repeat(4000), headers: ['Privacy: id'] });
    const fields = texts(call);
    assert.match(fields[4] ?? '', /^<sip:\+41445550100@127\.0\.0\.1>;tag=/);
    assert.equal(fields[6], 'id', call.raw);
    assert.equal(fields[13], '(ulaw)', call.raw);
  });

  it('passes on %zz, dialplan expressions and 8-bit characters as they are', async () => {
    const odd = '%zz ${SHELL(id)} $[1+1] | , ; ):0:2 ((';
    const call = await handOver('+12025550177', {
      from: `"${odd}" <sip:1@x>`,
      headers: [Buffer.from('Diversion: <sip:1%zz@x>;reason="\xff\xfe"', 'latin1')],
    });
    assert.match(call.raw, /^[\x21-\x7e]*$/);
    assert.ok(texts(call)[4]?.startsWith(`"${odd}" <sip:1@x>`), texts(call)[4]);
    assert.deepEqual(call.fields[7], Buffer.from('<sip:1%zz@x>;reason="\xff\xfe"', 'latin1'));
    assert.equal(call.fields.length, 15);
  });

  it('leaves out what would be too long together, and no half of it', async () => {
    const headers = ['Diversion', 'Diversion', 'Diversion', 'History-Info', 'History-Info', 'History-Info'];
    const long = headers.map((name) => `${name}: <sip:${'%'.repeat(400)}@x>`);
    const fields = texts(await handOver('+12025550177', { headers: long }));
    assert.equal(fields.length, 15);
    assert.ok(fields.slice(7, 13).every((field) => field === '' || field.length === 300));
    assert.equal(fields[13], '(ulaw)');
  });

  it('takes a user part with commas and brackets as the number dialled', async () => {
    assert.equal(texts(await handOver('12;a=b),s,1'))[1], '12;a=b),s,1');
  });

  it('leads a short code to the access number', async () => {
    assert.equal(texts(await handOver('*97'))[1], '+12025550199');
  });

  it('refuses a user part that is no number', async () => {
    const call = await phone.call('alice');
    assert.equal(await call.refused(), 404);
  });

  it('vouches for the number of a registered phone, whatever it says of itself', async () => {
    const server = { host: asterisk.sipHost, port: asterisk.sipPort };
    await using desk = await openPhone({ server, number: account.name, password: account.password });
    assert.equal(await desk.register(), 200);
    await desk.call('+12025550177', { headers: ['P-Asserted-Identity: <sip:+19005550100@x>'] });
    assert.equal(texts(await taker.next())[5], '<sip:+12025550142@phone>');
  });

  it('turns away a phone with a wrong password', async () => {
    const server = { host: asterisk.sipHost, port: asterisk.sipPort };
    await using desk = await openPhone({ server, number: account.name, password: 'guessed' });
    assert.equal(await desk.register(), 401);
  });
});

describe('a call while the controller is away', function () {
  this.timeout(30_000);

  it('is announced, recorded natively, and named after the first number it was meant for', async () => {
    await using folder = await temporaryFolder();
    await using asterisk = await openLocalAsterisk({ directory: folder.path, tries: 2 });
    const server = { host: asterisk.sipHost, port: asterisk.sipPort };
    await using phone = await openPhone({ server, number: '+41445550100', codec: 'alaw' });
    const began = Math.floor(Date.now() / 1000);
    const call = await phone.call('+12025550199', {
      headers: ['Diversion: <sip:+12025550177@x>;reason=no-answer'],
    });
    await call.up();
    const name = await recordingOfAtLeast(join(asterisk.spool, 'answerback'), 8000);
    await call.hangup();
    const [called, caller, started, id, last] = name.split('~');
    assert.deepEqual([called, caller, last], ['+12025550177', '+41445550100', 'f.alaw']);
    assert.ok(Math.abs(Number(started) - began) < 20, started);
    assert.match(id ?? '', /^[\w.-]+$/);
    const bytes = await readFile(join(asterisk.spool, 'answerback', name));
    assert.ok(bytes.length >= 8000, `${bytes.length} bytes`);
  });

  it('goes on while changed dialplans are loaded', async () => {
    await using folder = await temporaryFolder();
    const dialplans = join(folder.path, 'dialplans');
    await cp(join(checkout, 'dialplans'), dialplans, { recursive: true });
    // No announcement: straight to the recording.
    const prompts = join(folder.path, 'prompts');
    await mkdir(prompts);
    const options = { directory: join(folder.path, 'asterisk'), dialplans, prompts, tries: 1 };
    await using asterisk = await openLocalAsterisk(options);
    const server = { host: asterisk.sipHost, port: asterisk.sipPort };
    await using phone = await openPhone({ server, number: '+41445550100' });
    const call = await phone.call('+12025550177');
    await call.up();
    const recordings = join(asterisk.spool, 'answerback');
    const name = await recordingOfAtLeast(recordings, 1);
    const short = join(dialplans, 'numbering.d/short-codes.conf');
    await writeFile(short, `${await readFile(short, 'utf8')}exten => *98,1,Hangup()\n`);
    await asterisk.reload();
    assert.match(await asterisk.cli('dialplan show *98@numbering'), /Hangup/);
    const { size } = await stat(join(recordings, name));
    await recordingOfAtLeast(recordings, size + 4000);
    assert.equal(call.state, 'up');
    await call.hangup();
  });

  /** The first recording that has grown to so many bytes. */
  async function recordingOfAtLeast(directory: string, bytes: number): Promise<string> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      const [name] = await readdir(directory);
      if (name !== undefined && (await stat(join(directory, name))).size >= bytes) return name;
      await new Promise((done) => {
        setTimeout(done, 50);
      });
    }
    throw new Error(`no recording in ${directory}`);
  }
});
