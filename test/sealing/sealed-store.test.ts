import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { MailboxId, MediaId, MessageId } from '../../app/core/ids.ts';
import { writeEnvelope } from '../../app/core/envelope/envelope.ts';
import { searchTerms, senderTerms } from '../../app/core/search/search-terms.ts';
import type { MessageSearch } from '../../app/ports/message-search.ts';
import type { Store } from '../../app/ports/store.ts';
import { openEnvironmentMaster } from '../../app/sealing/master/local.ts';
import { at, number, sampleNotification } from '../storage/sample.ts';
import { leave, masterText, openBox, openSealedWorld, type SealedWorld } from './sealed-world.ts';

const sound = Buffer.concat([Buffer.from('what the caller said: meet me at noon. '), randomBytes(100_000)]);
const secrets = [
  'meet me',
  'Dinner',
  'Zoë',
  'secretaddress',
  'party plans',
  'station seven',
  'aunt',
  'left-out',
];
const envelope = {
  subject: 'Dinner at eight',
  from: { number: '+41791234567', name: 'Zoë Example', address: 'secretaddress@example.com', private: false },
  fax: { station: 'station seven', rate: 9600, mode: 'audio' },
  omitted: [{ why: 'too-large', name: 'left-out.zip' }, { why: 'unsafe' }],
} as const;

describe('sealing: the store', function () {
  this.timeout(60_000);
  let world: SealedWorld;
  let store: Store;
  before(async () => {
    world = await openSealedWorld();
    ({ store } = world);
  });
  after(async () => world[Symbol.asyncDispose]());

  const search = async (mailbox: MailboxId | undefined, words: string, from?: string) => {
    const asked = from === undefined ? searchTerms(words) : senderTerms(from, undefined);
    assert.equal(asked.kind, 'terms');
    const terms = asked.kind === 'terms' ? asked.terms : [];
    const request: MessageSearch = { terms, limit: 10, ...(mailbox === undefined ? {} : { mailbox }) };
    return (await store.messages.search(request)).map(({ id }) => id);
  };

  it('an operator’s authenticator is what it was to whoever signs in, and cannot be read in the database', async () => {
    const [first, second] = ['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'];
    const olga = { name: 'olga', role: 'admin', hash: 'h', totp: first, created: at(0), set: at(0) } as const;
    assert.equal(await store.operators.insert(olga), true);
    assert.deepEqual(await store.operators.get('olga'), olga);
    assert.equal(await store.operators.change('olga', { totp: second }), true);
    assert.equal((await store.operators.get('olga'))?.totp, second);
    assert.equal((await store.operators.list(undefined, 10))[0]?.totp.includes(second), false);
    const raw = await world.raw();
    assert.ok(raw.includes('olga') && !raw.includes(first) && !raw.includes(second));
    // One that lies under another name is none.
    const { totp } = (await world.bare.store.operators.get('olga')) ?? assert.fail();
    await world.bare.store.operators.insert({ ...olga, name: 'otto', totp });
    await assert.rejects(store.operators.get('otto'), { code: 'seal-broken' });
    await assert.rejects(world.other(undefined).store(world.bare.store).operators.get('olga'), {
      code: 'key-lost',
    });
    // From before encryption.
    await world.bare.store.operators.insert({ ...olga, name: 'old' });
    assert.equal((await store.operators.get('old'))?.totp, first);
  });

  it('a message is what it was to whoever asks, and nothing that it says can be read in the database', async () => {
    const box = await openBox(store, number());
    const left = await leave(store, box, sound, { transcript: 'Your aunt called about the house' }, envelope);
    const { sha256 } = left.envelope.parts[0] ?? assert.fail();
    assert.equal(sha256, createHash('sha256').update(sound).digest('hex'), 'the digest is that of the sound');
    assert.deepEqual(await store.messages.get(left.id), left);
    assert.deepEqual(await store.messages.byReference(left.reference), left);
    assert.deepEqual(await store.messages.list(box, { limit: 5 }), [left]);
    assert.deepEqual(await store.messages.insert({ ...left, id: 'other' as MessageId }), {
      kind: 'duplicate',
      message: left,
    });
    assert.equal(await store.messages.envelopeXml(left.id), writeEnvelope(left.envelope));
    const media = left.envelope.parts[0]?.media as MediaId;
    assert.deepEqual(Buffer.from((await store.media.get(media))?.bytes ?? []), sound);
    const some = await store.media.getRange(media, 70_000, 90_000);
    assert.deepEqual(Buffer.from(some?.bytes ?? []), sound.subarray(70_000, 90_000));
    assert.equal(some?.total, sound.length);
    const raw = await world.raw();
    for (const secret of [...secrets, sha256]) assert.ok(!raw.includes(secret), secret);
    assert.ok(raw.includes('+41791234567'), 'numbers stay as they are');
  });

  it('it is found by its words and sender in its mailbox, and over all mailboxes by number alone', async () => {
    const box = await openBox(store, number());
    const left = await leave(store, box, sound, { transcript: 'Bring the Ladder tomorrow' }, envelope);
    const old = await leave(world.bare.store, box, sound, { transcript: 'an old ladder' });
    await leave(store, await openBox(store, number()), sound, { transcript: 'ladder elsewhere' });
    assert.deepEqual(new Set(await search(box, 'LADDER')), new Set([left.id, old.id]));
    assert.deepEqual(await search(box, 'ladder example'), [left.id]);
    assert.deepEqual(await search(box, 'lad* eigh*'), [left.id]);
    assert.deepEqual(await search(box, 'ladders'), []);
    assert.deepEqual(await search(box, '', 'secretaddress@example.com'), [left.id]);
    assert.ok((await search(undefined, '', '+41791234567')).includes(left.id));
    await assert.rejects(search(undefined, 'ladder'), { code: 'invalid' });
  });

  it('a transcript that comes later is sealed and found, also where the message was not sealed before', async () => {
    const box = await openBox(store, number());
    const left = await leave(store, box, sound, {}, envelope);
    const old = await leave(world.bare.store, box, sound, {}, { subject: 'Old subject' });
    for (const { id } of [left, old]) {
      const after = await store.messages.setTranscript(id, 'about the lighthouse', {
        times: '0 1.2 3.4 5.678',
      });
      const read = await store.messages.get(id);
      for (const one of [after, read])
        assert.deepEqual([one?.transcript, one?.times], ['about the lighthouse', '0 1.2 3.4 5.678']);
    }
    assert.deepEqual(new Set(await search(box, 'lighthouse')), new Set([left.id, old.id]));
    const raw = await world.raw();
    assert.ok(!raw.includes('lighthouse') && !raw.includes('Old subject') && !raw.includes('5.678'));
  });

  it('a text to be sent is sealed until it is sent', async () => {
    const box = await openBox(store, number());
    const text = sampleNotification({ mailbox: box, body: 'the words of a text', subject: 'its title' });
    assert.equal((await store.notifications.ensure(text)).created, true);
    assert.deepEqual((await store.notifications.ensure(text)).notification, text);
    const taken = await store.notifications.take(text.id, new Date(4e12), 1000);
    assert.equal(taken?.notification.body, 'the words of a text');
    assert.equal(taken?.notification.subject, 'its title');
    const raw = await world.raw();
    assert.ok(!raw.includes('the words of a text') && !raw.includes('its title'));
  });

  it('a text that came in parts is sealed until it is a message, and its repeats are known', async () => {
    const { arrivals } = store;
    const text = { network: 'sms', trunk: 'smpp:home', from: '+12025550123', to: '+12025550147' } as const;
    const fresh = { id: 'text', received: at(0), due: at(0), expires: new Date(4e12) };
    const part = (n: number, body: string) => ({ key: 'k1', text, total: 2, number: n, body });
    await arrivals.addPart(part(1, 'the first half '), fresh);
    const whole = await arrivals.addPart(part(2, 'and the second'), fresh);
    assert.deepEqual(whole.kind === 'kept' && [...(whole.arrival.parts?.bodies.values() ?? [])], [
      'the first half ',
      'and the second',
    ]);
    assert.equal((await arrivals.addPart(part(2, 'and the second'), fresh)).kind, 'kept');
    assert.equal((await arrivals.addPart(part(2, 'something else'), fresh)).kind, 'other');
    const kept = { ...text, id: 'mms', body: 'words of an MMS', truncated: false };
    assert.equal(await arrivals.keep('k2', kept, { ...fresh, id: 'mms', due: at(9) }), true);
    const raw = await world.raw();
    for (const secret of ['first half', 'and the second', 'words of an MMS'])
      assert.ok(!raw.includes(secret), secret);
    await arrivals.done('k1', 'text', new Date(4e12));
    assert.equal((await arrivals.addPart(part(2, 'and the second'), fresh)).kind, 'repeat');
    assert.equal((await arrivals.takeDue(new Date(4e12), 1000))?.text.body, 'words of an MMS');
  });

  it('long media too: read in part, put again, broken off and put again', async () => {
    const box = await openBox(store, number());
    const long = randomBytes(2_500_000);
    const id = 'email:long' as MediaId;
    await store.media.put(id, 'video/mp4', long, box);
    await store.media.put(id, 'video/mp4', long, box);
    const chunks = world.bare.client.db(world.bare.database).collection('audio.chunks');
    await chunks.deleteMany({ files_id: id, n: { $in: [0, 5] } });
    await assert.rejects(store.media.get(id), { code: 'store-failed' });
    await store.media.put(id, 'video/mp4', long, Promise.resolve(box));
    assert.equal(Buffer.compare((await store.media.get(id))?.bytes ?? Buffer.alloc(0), long), 0);
    const tail = await store.media.getRange(id, 2_400_000, 9_000_000);
    assert.deepEqual(Buffer.from(tail?.bytes ?? []), long.subarray(2_400_000));
    // The first try was for a mailbox that was removed since.
    await store.mailboxes.remove(box);
    const next = await openBox(store, number());
    await store.media.put(id, 'video/mp4', long, next);
    assert.equal(Buffer.compare((await store.media.get(id))?.bytes ?? Buffer.alloc(0), long), 0);
    await store.media.delete(id);
    assert.equal(await chunks.countDocuments({ files_id: { $regex: '^email:long' } }), 0);
  });

  it('what is damaged is refused, never played; its message can be listed and removed', async () => {
    const box = await openBox(store, number());
    const left = await leave(store, box, sound, { transcript: 'words' }, envelope);
    const media = left.envelope.parts[0]?.media as MediaId;
    const database = world.bare.client.db(world.bare.database);
    const damaged = (await world.bare.store.media.get(media))?.bytes ?? assert.fail();
    damaged[damaged.length - 5] = (damaged[damaged.length - 5] ?? 0) ^ 1;
    await world.bare.store.resealing.replaceMedia(media, damaged);
    await assert.rejects(store.media.get(media), { code: 'seal-broken', publicText: 'This is damaged.' });
    assert.equal((await store.media.getRange(media, 0, 10))?.bytes.length, 10, 'the first segment is whole');
    await assert.rejects(store.media.getRange(media, 90_000, 90_001), { code: 'seal-broken' });
    const raw = await database.collection('messages').findOne({ _id: left.id } as object);
    const sealed = String(raw?.['sealed']);
    await database
      .collection('messages')
      .updateOne({ _id: left.id }, { $set: { sealed: `${sealed.slice(0, -6)}AAAAAA` } });
    const [found] = await store.messages.list(box, { limit: 5 });
    assert.equal(found?.unreadable, true);
    assert.deepEqual([found?.transcript, found?.envelope.subject], [undefined, undefined]);
    assert.equal(found?.envelope.from.number, '+41791234567');
    await assert.rejects(store.messages.envelopeXml(left.id), { code: 'key-lost' });
    // What was sealed for one message is not taken for another's.
    const other = await leave(store, box, sound, {}, envelope);
    await database.collection('messages').updateOne({ _id: other.id }, { $set: { sealed } });
    assert.equal((await store.messages.get(other.id))?.unreadable, true);
    assert.equal((await store.messages.remove(left.id))?.id, left.id);
  });

  it('a message that goes to another mailbox stays readable when the first is erased', async () => {
    const [from, to] = [await openBox(store, number()), await openBox(store, number())];
    const left = await leave(store, from, sound, { transcript: 'move me' }, envelope);
    assert.equal(await store.messages.move(left.id, from, to), true);
    assert.equal(await store.messages.move(left.id, from, to), false);
    await store.mailboxes.remove(from);
    const fresh = world.other(openEnvironmentMaster(masterText('unused')));
    await assert.rejects(fresh.store(world.bare.store).media.get(left.envelope.parts[0]?.media as MediaId));
    const moved = await store.messages.get(left.id);
    assert.deepEqual(moved, { ...left, mailbox: to, version: 2 });
    assert.deepEqual(await search(to, 'move'), [left.id]);
    assert.deepEqual(
      Buffer.from((await store.media.get(left.envelope.parts[0]?.media as MediaId))?.bytes ?? []),
      sound,
    );
  });

  it('a store without encryption refuses what is sealed, and says so', async () => {
    const box = await openBox(store, number());
    const left = await leave(store, box, sound, { transcript: 'words' }, envelope);
    const plain = world.other(undefined).store(world.bare.store);
    assert.equal((await plain.messages.get(left.id))?.unreadable, true);
    await assert.rejects(plain.media.get(left.envelope.parts[0]?.media as MediaId), { code: 'key-lost' });
    const own = await leave(plain, box, sound, { transcript: 'not sealed' });
    assert.deepEqual(await plain.messages.get(own.id), own);
    assert.deepEqual(await store.messages.get(own.id), own, 'old messages stay readable');
  });

  it('old messages and greetings are sealed beside calls; whoever reads meanwhile reads one or the other', async () => {
    const plain = world.bare.store;
    const box = await openBox(plain, number());
    const long = randomBytes(1_200_000);
    const some = [
      await leave(plain, box, sound, { transcript: 'first' }, envelope),
      await leave(plain, box, long),
    ];
    const greeting = 'greeting:1' as MediaId;
    await plain.media.put(greeting, 'audio/PCMU', Buffer.from('hello, leave a message'), box);
    const unavailable = { media: greeting, contentType: 'audio/PCMU', durationMs: 10 };
    await plain.mailboxes.update(box, { settings: { greetings: { unavailable } } });
    const reads: Promise<unknown>[] = [];
    const keys = world.sealing.keys ?? assert.fail();
    const work = {
      signal: new AbortController().signal,
      onProgress: () =>
        reads.push(...some.map(({ envelope: { parts } }) => store.media.get(parts[0]?.media as MediaId))),
      onFailed: (error: unknown) => assert.fail(error as Error),
    };
    const sealed = await keys.sealAll(plain, work);
    assert.ok(sealed.messages >= 2 && sealed.media >= 1 && sealed.failed === 0);
    await Promise.all(reads);
    assert.equal((await keys.sealAll(plain, work)).messages, 0, 'nothing is left to be done');
    for (const one of some) assert.deepEqual(await store.messages.get(one.id), { ...one, version: 2 });
    assert.deepEqual(
      Buffer.from((await store.media.get(some[1]?.envelope.parts[0]?.media as MediaId))?.bytes ?? []),
      long,
    );
    assert.equal(
      Buffer.from((await store.media.get(greeting))?.bytes ?? []).toString(),
      'hello, leave a message',
    );
    assert.ok(!(await world.raw()).includes('leave a message'));
    assert.deepEqual(await search(box, 'first'), [some[0]?.id]);
  });
});
