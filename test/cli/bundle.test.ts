import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { E164, MediaId, MessageId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { openBundle } from '../../app/sync/open-bundle.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { leave, makeCertificate, type Node } from '../sync/nodes.ts';
import { left } from '../sync/left.ts';
import { answerback } from './command.ts';

const ann = '+12025550123' as E164;

describe('answerback roaming bundle and take: two nodes without a line', function () {
  this.timeout(120_000);
  let folder: string;
  const stores = new Map<string, TestStore>();
  const storeOf = (name: string): TestStore => stores.get(name) as TestStore;
  const nodeOf = (name: string): Node => ({ store: storeOf(name) }) as Node;
  const file = (name: string): string => join(folder, name);
  const all: Message[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-bundle-'));
    const keys = await Promise.all(['home', 'away', 'other'].map((name) => makeCertificate(folder, name)));
    const certificates = new Map(['home', 'away', 'other'].map((name, i) => [name, keys[i]]));
    const configure = async (name: string, as: string, own: string, other: string, prefix: string) => {
      const { database } = storeOf(as);
      const ranges = [{ prefix: own, class: 'standard' }];
      const node = { name: other, certificate: certificates.get(other)?.certificate, prefixes: [prefix] };
      const config = {
        node: as,
        store: { database },
        numbers: { access: ['+12025550199'], country: 'US', ranges },
        sync: { ...certificates.get(name), nodes: [node], mostMegabytes: { standard: 2 } },
      };
      await writeFile(file(`${name}.yaml`), JSON.stringify(config));
    };
    for (const name of ['home', 'away']) stores.set(name, await openTestStore());
    await configure('home', 'home', '+1202555', 'away', '+1202666');
    await configure('away', 'away', '+1202666', 'home', '+1202555');
    // Says that it is home, and has another key.
    await configure('other', 'home', '+1202555', 'away', '+1202666');
  });
  after(async () => {
    for (const store of stores.values()) await store[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (name: string, ...args: readonly string[]) =>
    answerback(['roaming', ...args, '--config', file(`${name}.yaml`)], {
      env: { MONGODB_URL: storeOf('home').url },
    });
  const good = async (name: string, ...args: readonly string[]): Promise<string> => {
    const { code, out, errors } = await run(name, ...args);
    assert.equal(code, 0, `${name} ${args.join(' ')}: ${out}${errors}`);
    return out;
  };
  const at = (name: string, id: MessageId) => storeOf(name).store.messages.get(id);
  const setState = (name: string, id: MessageId, state: Message['state']) =>
    storeOf(name).store.messages.setState(id, state, new Date());
  const boxOf = async (name: string) => {
    const found = await storeOf(name).store.mailboxes.find(ann);
    assert.ok(found, `a mailbox at ${name}`);
    return found;
  };

  it('carries profile, PIN, greeting and messages there; taken twice it does no harm', async () => {
    for (const length of [2000, 1_500_000, 3000]) all.push(await leave(nodeOf('home'), ann, {}, length));
    const huge = await leave(nodeOf('home'), ann, {}, 2_100_000);
    const { id } = await boxOf('home');
    const { store } = storeOf('home');
    const media = `greeting:${id}:busy:1` as MediaId;
    await store.media.put(media, 'audio/PCMU', randomBytes(500), id);
    const greetings = { busy: { media, contentType: 'audio/PCMU', durationMs: 60 } };
    await store.mailboxes.update(id, { settings: { name: 'Ann', greetings } });
    await store.credentials.setPin({ mailbox: id, hash: '$h1', set: new Date(), mustChange: false, keep: 5 });
    assert.equal((await run('home', 'bundle', ann, '--to', file('x'))).code, 3, 'she is at no other node');
    await good('home', 'report', ann, 'away');
    assert.match(await good('home', 'bundle', ann, '--to', file('1')), /3 messages .* 3 of them whole/);
    assert.equal((await stat(file('1'))).mode & 0o777, 0o600);
    for (let n = 0; n < 2; n += 1) assert.match(await good('away', 'take', file('1')), /from home: 4 taken/);
    const there = await boxOf('away');
    assert.deepEqual([there.settings.name, there.counts.new], ['Ann', 3]);
    assert.equal((await storeOf('away').store.credentials.get(there.id))?.hash, '$h1');
    assert.ok(await storeOf('away').store.media.get(media));
    for (const { id: message, reference, envelope } of all) {
      const copy = await storeOf('away').store.messages.byReference(reference);
      assert.deepEqual([copy?.id, copy?.envelope, copy?.pending], [message, envelope, []]);
      const part = envelope.parts[0];
      const bytes = await storeOf('away').store.media.get(part?.media as MediaId);
      assert.equal(bytes?.bytes.length, part?.bytes);
    }
    assert.equal(await at('away', huge.id), undefined, 'too large for its class');
    await store.messages.remove(huge.id);
    await store.mailboxes.recount(id);
  });

  it('one that was cut, changed, signed by another or meant for another is refused, and nothing of it taken', async () => {
    const whole = await readFile(file('1'));
    const certificates = new Map([['home', file('home.pem')]]);
    const places = [0, 5, 21, 60, whole.length - 1, whole.length - 5, whole.length - 30];
    for (let n = 0; n < 40; n += 1) {
      const place = places[n] ?? randomInt(whole.length);
      const changed = Buffer.from(whole);
      changed[place] = (changed[place] ?? 0) ^ (1 << randomInt(8));
      await writeFile(file('bad'), n % 2 === 0 ? changed : whole.subarray(0, place));
      await assert.rejects(openBundle(file('bad'), certificates), { code: 'invalid' }, `${n} at ${place}`);
    }
    await writeFile(file('bad'), Buffer.concat([whole, Buffer.from('x')]));
    const bad = await run('away', 'take', file('bad'));
    assert.deepEqual([bad.code, /cut|changed/.test(bad.errors)], [4, true], bad.errors);
    await good('other', 'bundle', ann, '--to', file('forged'), '--node', 'away', '--all');
    const forged = await run('away', 'take', file('forged'));
    assert.deepEqual([forged.code, /another made it/.test(forged.errors)], [4, true], forged.errors);
    const own = await run('home', 'take', file('1'));
    assert.equal(own.code, 4, 'home does not take its own');
    assert.equal((await run('away', 'take', file('none'))).code, 1);
    assert.equal((await run('home', 'bundle', ann, '--to', file('x'), '--node', 'north')).code, 3);
    assert.equal((await run('home', 'bundle', ann, '--to', join(folder, 'no', 'x'))).code, 1);
    assert.equal((await boxOf('away')).counts.new, 3);
  });

  it('carries what happened there back: flags, settings, a message left there; each once', async () => {
    const [first, second, third] = all as [Message, Message, Message];
    await setState('away', first.id, 'saved');
    await setState('home', first.id, 'heard');
    await setState('away', second.id, 'deleted');
    await setState('home', third.id, 'heard');
    const there = await boxOf('away');
    await storeOf('away').store.mailboxes.update(there.id, { settings: { language: 'es' } });
    all.push(await leave(nodeOf('away'), ann, {}, 5000));
    assert.match(await good('away', 'bundle', ann, '--to', file('2')), /4 messages .* 1 of them whole/);
    for (let n = 0; n < 2; n += 1) await good('home', 'take', file('2'));
    const states = await Promise.all(all.map(async ({ id }) => (await at('home', id))?.state));
    assert.deepEqual(states, ['saved', 'deleted', 'heard', 'new']);
    const home = await boxOf('home');
    assert.deepEqual([home.settings.name, home.settings.language], ['Ann', 'es']);
    assert.deepEqual(home.counts, { new: 1, old: 2, urgent: 0 });
    // Back out of the trash, after it was told, is another turn.
    await setState('away', second.id, 'new');
    await good('away', 'bundle', ann, '--to', file('3'));
    await good('home', 'take', file('3'));
    await good('home', 'take', file('2'));
    assert.equal((await at('home', second.id))?.state, 'new', 'an older one turns nothing back');
  });

  it('what was removed for good at home does not come back, and goes there too', async () => {
    const [gone, spared] = all as [Message, Message];
    const { messages, retention } = storeOf('home').store;
    await messages.remove(gone.id);
    // Another was to go, and a legal hold came between.
    const lease = { by: 'sweeper', until: new Date(Date.now() + 60_000) };
    await retention.lookBy([{ id: spared.id, at: new Date(0) }]);
    const due = await retention.takeDue(new Date(), lease, 10, spared.mailbox);
    const ofSpared = due.flatMap(({ message }) => (message.id === spared.id ? [message] : []));
    assert.equal((await retention.condemn(ofSpared, lease)).size, 1);
    await retention.pardon([spared.id], lease);
    await setState('away', gone.id, 'new');
    await good('away', 'bundle', ann, '--to', file('whole'), '--all');
    assert.match(await good('home', 'take', file('whole')), /1 were removed for good here/);
    assert.equal(await at('home', gone.id), undefined);
    await good('home', 'bundle', ann, '--to', file('purged'));
    const there = storeOf('away').store.retention;
    await there.holdMessage(gone.id, { since: new Date() }, new Date());
    assert.match(
      await good('away', 'take', file('purged')),
      /1 that were removed for good at home stay here/,
    );
    assert.ok(await at('away', gone.id));
    await there.holdMessage(gone.id, undefined, new Date());
    for (let n = 0; n < 2; n += 1)
      assert.doesNotMatch(await good('away', 'take', file('purged')), /stay here/);
    assert.equal(await at('away', gone.id), undefined);
    assert.ok(await at('away', spared.id), 'what is still at home is not taken for gone');
    const audited = await storeOf('away').store.audit.list({ limit: 10, mailbox: (await boxOf('away')).id });
    assert.deepEqual(
      audited.flatMap(({ outcome, subject }) => (outcome === 'purged' ? [subject] : [])),
      [gone.id],
    );
    all.shift();
  });

  it('leaves nothing there after the return, and nothing old brings it back', async () => {
    await good('home', 'return', ann);
    const late = await leave(nodeOf('away'), ann);
    await good('home', 'bundle', ann, '--to', file('4'));
    assert.match(await good('away', 'take', file('4')), /has left: make a bundle for home/);
    await good('away', 'bundle', ann, '--to', file('5'));
    await good('home', 'take', file('5'));
    assert.ok(await at('home', late.id), 'what was left there meanwhile is home');
    await good('home', 'bundle', ann, '--to', file('6'));
    assert.match(await good('away', 'take', file('6')), /nothing .* is here any more/);
    assert.match(await good('away', 'bundle', ann, '--to', file('7')), /nothing of/);
    await good('home', 'take', file('7'));
    assert.equal(await storeOf('home').store.replication.visit(ann), undefined);
    const old = await run('away', 'take', file('1'));
    assert.deepEqual([old.code, /newer/.test(old.out)], [5, true]);
    await good('away', 'take', file('6'));
    const names = [...all, late].flatMap(({ id, envelope: { parts } }) => [
      id,
      ...parts.map(({ media }) => media),
    ]);
    // That a bundle was taken, and when, is remembered for a week.
    const there = (await left(nodeOf('away'), [ann, ...names])).filter((one) => !one.startsWith('visits'));
    assert.deepEqual(there, []);
    const home = await boxOf('home');
    const listed = await storeOf('home').store.messages.list(home.id, { limit: 100 });
    assert.deepEqual(
      listed.map(({ id }) => id).toSorted(),
      [...all, late].map(({ id }) => id).toSorted(),
      'each once at home',
    );
  });

  it('a mailbox that a call made there for one who is not there goes home, and goes away', async () => {
    const bob = '+12025550124' as E164;
    const made = await leave(nodeOf('away'), bob);
    await good('away', 'bundle', bob, '--to', file('b1'));
    await good('home', 'take', file('b1'));
    assert.equal((await at('home', made.id))?.state, 'new');
    await good('home', 'bundle', bob, '--to', file('b2'), '--node', 'away');
    assert.match(await good('away', 'take', file('b2')), /nothing .* is here any more/);
    assert.equal(await storeOf('away').store.mailboxes.find(bob), undefined);
  });
});
