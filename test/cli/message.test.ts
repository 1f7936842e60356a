import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Envelope, Message } from '../../app/core/message/message.ts';
import { makeReference } from '../../app/core/reference/reference.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMessage, sampleNotification } from '../storage/sample.ts';
import { answerback, type Typing } from './command.ts';

const ann = '+12025550171' as E164;
const bob = '+12025550172' as E164;

describe('answerback mailbox, message and letter', function () {
  this.timeout(180_000);
  let opened: TestStore;
  let folder: string;

  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-cli-'));
    await writeFile(
      join(folder, 'answerback.yaml'),
      JSON.stringify({
        store: { database: opened.database },
        classes: { standard: { timeZone: 'Asia/Tokyo', maxMessages: 4 } },
        tools: toolCommands(),
      }),
    );
    for (const number of [ann, bob])
      await opened.store.mailboxes.findOrCreate({
        id: number.slice(1) as MailboxId,
        number,
        origin: 'dynamic',
        classOfService: 'standard',
        created: new Date(),
      });
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await opened[Symbol.asyncDispose]();
  });

  const run = (line: string, typing: Typing = {}) =>
    answerback([...line.split(' '), '--config', join(folder, 'answerback.yaml')], {
      ...typing,
      env: { MONGODB_URL: opened.url, ...typing.env },
    });
  const done = async (line: string) => {
    const typed = await run(line);
    assert.equal(typed.code, 0, `${line}: ${typed.errors}`);
    return typed;
  };
  const mailboxOf = async (number: E164) => (await opened.store.mailboxes.find(number)) as Mailbox;

  /** A second of sound for Ann, with its media and counters. */
  async function leave(change: Partial<Message> = {}, envelope: Partial<Envelope> = {}): Promise<Message> {
    const mailbox = await mailboxOf(ann);
    const media = randomUUID() as MediaId;
    const { sha256 } = await opened.store.media.put(
      media,
      'audio/PCMU',
      new Uint8Array(8000).fill(0xff),
      'owner' as never,
    );
    const part = { media, contentType: 'audio/PCMU', bytes: 8000, durationMs: 1000, sha256 };
    const reference = makeReference(String(randomInt(1e8, 1e9)));
    const message = sampleMessage(
      { mailbox: mailbox.id, reference, ...change },
      { to: ann, parts: [part], ...envelope },
    );
    await opened.store.messages.insert(message);
    await opened.store.mailboxes.recount(mailbox.id);
    return message;
  }

  async function clear(): Promise<void> {
    for (const number of [ann, bob]) {
      const { id } = await mailboxOf(number);
      for (const message of await opened.store.messages.list(id, { limit: 100 })) {
        await opened.store.retention.holdMessage(message.id, undefined, new Date());
        await opened.store.messages.remove(message.id);
      }
      await opened.store.retention.holdMailbox(id, undefined, new Date());
      await opened.store.mailboxes.recount(id);
    }
  }
  afterEach(clear);

  it('lists messages of a mailbox by state, kind, sender and time, in its own zone', async () => {
    const hostile = { number: '+13035550100', name: 'Eve\u001b[31m\u202e\nX', private: false };
    const old = await leave({ state: 'heard' }, { received: new Date('2026-01-01T20:00:00Z') });
    const fresh = await leave(
      { urgent: true },
      { from: hostile, received: new Date('2026-02-01T20:00:00Z') },
    );
    const fax = await leave({}, { kind: 'fax', received: new Date('2026-03-01T20:00:00Z') });
    const ids = async (options: string) =>
      (await done(`message list ${ann} --json${options}`)).lines().map(({ id }) => id);
    assert.deepEqual(await ids(''), [fax.id, fresh.id, old.id]);
    assert.deepEqual(await ids(' --order oldest --limit 2'), [old.id, fresh.id]);
    assert.deepEqual(await ids(' --state heard'), [old.id]);
    assert.deepEqual(await ids(' --kind fax,video'), [fax.id]);
    assert.deepEqual(await ids(' --from +13035550100'), [fresh.id]);
    assert.deepEqual(await ids(' --from-ending 0100 --urgent'), [fresh.id]);
    assert.deepEqual(await ids(' --since 2026-01-15 --before 2026-02-15'), [fresh.id]);
    const { out } = await done(`message list ${ann}`);
    assert.match(out, /received \(Asia\/Tokyo\)/);
    assert.match(out, /2026-02-02 05:00:00 +voice +new +Eve.*X <\+13035550100> +0:01 +8\.0 kB +urgent/);
    assert.ok(!out.includes('\u001b'), 'nobody colours our screen');
    const elsewhere = await done(`message list ${ann} --zone Europe/Zurich`);
    assert.match(elsewhere.out, /2026-02-01 21:00:00/);
    const narrow = await run(`message list ${ann}`, { columns: 120 });
    assert.equal(narrow.code, 0, narrow.errors);
    assert.ok(
      stripVTControlCharacters(narrow.out)
        .split('\n')
        .every((line) => line.length <= 120),
    );
    assert.ok(narrow.out.includes('\u001b[1m'), 'a terminal gets bold titles');
    const plain = await run(`message list ${ann}`, { columns: 120, env: { NO_COLOR: '1' } });
    assert.ok(!plain.out.includes('\u001b'));
    for (const [line, code] of [
      [`message list ${ann} --state lost`, 2],
      [`message list ${ann} --since yesterday`, 2],
      ['message list +12025550179', 3],
      ['message show 0199d2c4-0000-7000-8000-000000000000', 3],
      ['message show 1234567893', 3],
    ] as const)
      assert.equal((await run(line)).code, code, line);
  });

  it('shows a message; its reference only to who asks for it, and that is written down', async () => {
    const message = await leave({ transcript: 'call me back' }, { subject: 'About "that"' });
    const shown = await done(`message show ${message.id}`);
    assert.match(shown.out, /^words +call me back$/m);
    assert.match(shown.out, /^part 1 +audio\/PCMU, 8\.0 kB, 0:01$/m);
    const { out: json } = await done(`message show ${message.reference} --json`);
    assert.ok(!shown.out.includes(message.reference) && !json.includes(message.reference));
    const secret = await done(`message show ${message.id} --show-reference --json`);
    assert.equal(secret.json()['reference'], message.reference);
    const { id } = await mailboxOf(ann);
    const [event] = await opened.store.audit.list({ limit: 1, mailbox: id });
    assert.deepEqual(
      [event?.event, event?.outcome, event?.subject, event?.by],
      ['operator', 'reference-shown', message.id, 'alice'],
    );
    const { out: xml } = await done(`message envelope ${message.id}`);
    assert.match(xml, /^<\?xml[\s\S]*About (&quot;|")that/);
  });

  it('saves what is in it in a wanted form, and leaves its state', async () => {
    const message = await leave();
    const wav = join(folder, 'out.wav');
    const saved = await done(`message save ${message.id} --as wav -o ${wav} --json`);
    assert.deepEqual([saved.json()['contentType'], saved.json()['file']], ['audio/x-wav', wav]);
    const content = await readFile(wav);
    assert.deepEqual([content.toString('latin1', 0, 4), content.length > 16_000], ['RIFF', true]);
    assert.equal((await stat(wav)).mode & 0o777, 0o600, 'for its owner alone');
    const again = await run(`message save ${message.id} -o ${wav}`);
    assert.deepEqual([again.code, /--force/.test(again.errors)], [5, true]);
    const raw = await done(`message play ${message.id} -o -`);
    assert.equal(raw.bytes.length, 8000, 'as it came');
    assert.equal((await run(`message save ${message.id} --part 2`)).code, 3);
    assert.equal((await run(`message save ${message.id} --as docx`)).code, 2);
    const none = await run(`message save ${message.id} --as jpg -o ${wav}x`);
    assert.deepEqual([none.code, /no program here turns it/.test(none.errors)], [1, true]);
    assert.equal((await opened.store.messages.get(message.id))?.state, 'new');
  });

  it('deletes, restores and moves a message, and the counters follow', async () => {
    const message = await leave();
    const counts = async (number: E164) => (await mailboxOf(number)).counts;
    await done(`message delete ${message.id} --dry-run`);
    assert.equal((await counts(ann)).new, 1);
    await done(`message delete ${message.id}`);
    assert.deepEqual([(await counts(ann)).new, (await counts(ann)).old], [0, 0]);
    await done(`message restore ${message.id} --as heard`);
    assert.equal((await run(`message restore ${message.id}`)).code, 5, 'it is not in the trash');
    await done(`message move ${message.id} ${bob}`);
    assert.deepEqual([(await counts(ann)).old, (await counts(bob)).old], [0, 1]);
    assert.equal((await run(`message move ${message.id} ${bob}`)).code, 5);
    const asked = await run(`message delete ${message.id} --for-good`);
    assert.deepEqual([asked.code, /--yes/.test(asked.errors)], [2, true]);
    await done(`message delete ${message.id} --for-good --yes`);
    assert.equal((await counts(bob)).old, 0);
    const [part] = message.envelope.parts;
    assert.equal(await opened.store.media.get(part?.media as MediaId), undefined, 'its sound is gone too');
    assert.equal((await run(`message show ${message.id}`)).code, 3);
  });

  it('what is on hold is not removed, before it is released', async () => {
    const message = await leave();
    const remove = `message delete ${message.id} --for-good --yes`;
    await done(`message hold ${message.id} --why case-7`);
    assert.deepEqual(
      (await done(`message list ${ann} --held --json`)).lines().map(({ id }) => id),
      [message.id],
    );
    const held = await run(remove);
    assert.deepEqual([held.code, /message release/.test(held.errors)], [5, true]);
    assert.equal((await run(`mailbox remove ${ann} --yes`)).code, 5);
    await done(`message release ${message.id}`);
    await done(`mailbox hold ${ann} --why case-7`);
    assert.match((await done(`mailbox show ${ann}`)).out, /^hold +since .*: case-7$/m);
    assert.deepEqual(
      (await done('mailbox list --held --json')).lines().map(({ number }) => number),
      [ann],
    );
    for (const line of [remove, `mailbox remove ${ann} --yes`, `subscriber remove ${ann} --yes`])
      assert.equal((await run(line)).code, 5, line);
    assert.equal((await run(`mailbox release ${ann}`)).code, 2, 'nobody can be asked');
    await done(`mailbox release ${ann} --yes`);
    await done(remove);
    assert.equal((await run(`mailbox release ${ann} --yes`)).code, 5);
  });

  it('shows what is used of the limits, and counts anew what is wrong', async () => {
    await leave();
    await leave({ state: 'saved' });
    await leave();
    const shown = await done(`mailbox show ${ann}`);
    assert.match(shown.out, /^used messages +\[#{15}\.{5}\] 75 % +3 of 4$/m);
    assert.match(shown.out, /^new +2 \(0 urgent\)$/m);
    assert.deepEqual(
      (await done('mailbox list --full 75 --json')).lines().map(({ number }) => number),
      [ann],
    );
    assert.match((await done('mailbox list --messages')).out, /^\+12025550171 +standard +2 +1 +0 +75 %/m);
    const { id } = await mailboxOf(ann);
    await opened.store.mailboxes.count(id, { kind: 'voice', new: 5 });
    const one = await done(`mailbox recount ${ann} --json`);
    assert.deepEqual(one.json(), { counted: 1, corrected: 1 });
    assert.equal((await done('mailbox recount --all --json')).json()['corrected'], 0);
    assert.equal((await run('mailbox recount')).code, 2);
  });

  it('dead letters are listed, tried anew or dropped', async () => {
    const { notifications } = opened.store;
    const [first, second] = [sampleNotification({ to: '+12025550180' }), sampleNotification()];
    for (const one of [first, second]) {
      await notifications.ensure(one);
      await notifications.failed(one.id, undefined, 'nobody there');
    }
    assert.match((await done('letter list')).out, /\+12025550180 +0 +nobody there/);
    assert.equal((await done('letter list --gateway smpp')).out, 'no dead letters\n');
    assert.equal((await run('letter retry')).code, 2, 'which?');
    await done(`letter retry ${first.id}`);
    assert.ok((await notifications.nextDue()) !== undefined, 'a controller finds it');
    assert.equal((await run(`letter retry ${first.id}`)).code, 3, 'it is none any more');
    assert.equal((await run('letter drop --all')).code, 2, 'nobody can be asked');
    assert.deepEqual((await done('letter drop --all --dry-run --json')).json()['drop'], 1);
    await done('letter drop --all --yes');
    assert.deepEqual(await notifications.deadLetters(10), []);
  });

  it('ends cleanly at Ctrl-C, and when nobody reads any more', async () => {
    const stop = new AbortController();
    stop.abort();
    const stopped = await run('mailbox recount --all', { signal: stop.signal });
    assert.deepEqual([stopped.code, stopped.errors], [130, 'answerback: interrupted\n']);
  });
});
