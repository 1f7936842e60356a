import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MailboxId, MediaId, MessageId, Reference } from '../../app/core/ids.ts';
import { briefOf } from '../../app/core/message/brief.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, sampleMessage, step } from './sample.ts';

describe('storage: messages', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const messages = () => opened.store.messages;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  it('a message comes back by id, reference and origin as it was put in, with its envelope as XML', async () => {
    const message = sampleMessage(
      { pending: [step('welcome', at(0)), step('notify', at(1), { tries: 2, lastError: 'busy' })] },
      { urgent: true, dialled: '5550123', related: randomUUID() as MessageId },
    );
    assert.deepEqual(await messages().insert(message), { kind: 'inserted' });
    assert.deepEqual(await messages().get(message.id), message);
    assert.deepEqual(await messages().byReference(message.reference), message);
    const { network, id } = message.envelope.origin;
    assert.deepEqual(await messages().byOrigin(network, id), message);
    assert.match((await messages().envelopeXml(message.id)) ?? '', /^<\?xml .*urn:answerback:envelope:1/);
  });

  it('what is not there is undefined', async () => {
    assert.equal(await messages().get('none' as MessageId), undefined);
    assert.equal(await messages().byReference('0000000000' as Reference), undefined);
    assert.equal(await messages().byOrigin('sip', 'none'), undefined);
    assert.equal(await messages().envelopeXml('none' as MessageId), undefined);
    assert.equal(await messages().setState('none' as MessageId, 'heard', at(1)), undefined);
    assert.deepEqual(await messages().list('none' as MailboxId, { limit: 5 }), []);
  });

  it('the same deposit twice is one message: the second insert answers the first', async () => {
    const first = sampleMessage();
    await messages().insert(first);
    const second = sampleMessage({}, { origin: first.envelope.origin });
    assert.deepEqual(await messages().insert(second), { kind: 'duplicate', message: first });
    // The very same once more: id, reference and origin are all taken.
    assert.deepEqual(await messages().insert(first), { kind: 'duplicate', message: first });
    assert.equal(await messages().get(second.id), undefined);
  });

  it('what was said is written down once; the words that were there first stay', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const times = '0 0.30 0.20 10.40';
    const first = await messages().setTranscript(message.id, 'call me back', { times });
    assert.deepEqual([first?.transcript, first?.times], ['call me back', times]);
    assert.equal(first?.version, message.version + 1);
    assert.deepEqual(await messages().setTranscript(message.id, 'something else', { times: '0 1.1' }), first);
    assert.equal(await messages().setTranscript('none' as MessageId, 'x'), undefined);
  });

  it('other forms of its parts are kept with it, of the same media the last', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const sound = { media: 'm/0' as MediaId, form: 'audio/x-wav', contentType: 'audio/x-wav', bytes: 9 };
    const page = { of: 0, media: 'm/1' as MediaId, form: 'image/png', contentType: 'image/png', bytes: 5 };
    assert.equal(await messages().addDerived(message.id, sound), true);
    assert.equal(await messages().addDerived(message.id, page), true);
    assert.equal(await messages().addDerived(message.id, { ...sound, bytes: 10 }), true);
    assert.deepEqual((await messages().get(message.id))?.derived, [{ ...sound, bytes: 10 }, page]);
    assert.equal(await messages().addDerived('none' as MessageId, sound), false);
  });

  it('lists show messages without their envelopes, also those that were written before', async () => {
    const mailbox = randomUUID() as MailboxId;
    const fax = sampleMessage(
      { mailbox, state: 'heard', urgent: true },
      {
        kind: 'fax',
        subject: 'Offer',
        confidential: true,
        from: { address: 'a@b.example', private: false },
        received: at(3),
      },
    );
    const hidden = sampleMessage(
      { mailbox, transcript: 'hello' },
      { received: at(2), from: { private: true }, parts: [] },
    );
    const old = sampleMessage({ mailbox }, { received: at(1) });
    const gone = sampleMessage({ mailbox, state: 'deleted' }, { received: at(4) });
    for (const one of [fax, hidden, old, gone]) await messages().insert(one);
    await opened.client
      .db(opened.database)
      .collection<{ _id: string }>('messages')
      .updateOne({ _id: old.id }, { $unset: { brief: '' } });
    const states = ['new', 'heard', 'saved'] as const;
    const shown = [fax, hidden, old].map(briefOf);
    assert.deepEqual(await messages().briefs(mailbox, { limit: 9, states }), shown);
    assert.deepEqual(await messages().briefs(mailbox, { limit: 1, states, after: fax }), shown.slice(1, 2));
    const oldest = await messages().briefs(mailbox, { limit: 9, states, order: 'oldest' });
    assert.deepEqual(oldest, shown.toReversed());
    assert.deepEqual(await messages().searchBriefs({ mailbox, terms: [], states, limit: 9 }), shown);
    assert.equal((await messages().briefs(mailbox, { limit: 9 })).length, 4);
  });

  it('a change over another version is none', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const stale = await messages().setState(message.id, 'saved', at(1), undefined, 9);
    assert.deepEqual(stale, { before: message, after: message });
    assert.deepEqual((await messages().setUrgent(message.id, true, 9))?.after, message);
    const done = await messages().setState(message.id, 'saved', at(1), undefined, 1);
    assert.equal(done?.after.version, 2);
    assert.equal((await messages().setUrgent(message.id, true, 2))?.after.urgent, true);
  });

  it('the same id on another network is another message', async () => {
    const first = sampleMessage();
    await messages().insert(first);
    const other = sampleMessage({}, { origin: { network: 'sms', id: first.envelope.origin.id } });
    assert.deepEqual(await messages().insert(other), { kind: 'inserted' });
  });

  it('twenty inserts of one deposit at once make one message', async () => {
    const origin = { network: 'sip', id: randomUUID() } as const;
    const results = await Promise.all(
      Array.from({ length: 20 }, () => messages().insert(sampleMessage({}, { origin }))),
    );
    const stored = await messages().byOrigin('sip', origin.id);
    assert.equal(results.filter((result) => result.kind === 'inserted').length, 1);
    for (const result of results) if (result.kind === 'duplicate') assert.deepEqual(result.message, stored);
    assert.equal(results.filter((result) => result.kind === 'duplicate').length, 19);
  });

  it('a reference that another message has is refused, and nothing is stored', async () => {
    const first = sampleMessage();
    await messages().insert(first);
    const second = sampleMessage({ reference: first.reference });
    assert.deepEqual(await messages().insert(second), { kind: 'reference-taken' });
    assert.equal(await messages().get(second.id), undefined);
  });

  it('an id that another deposit has is a fault, not a loss', async () => {
    const first = sampleMessage();
    await messages().insert(first);
    const second = sampleMessage({}, { id: first.id });
    await assert.rejects(messages().insert(second), { code: 'duplicate', temporary: false });
    assert.deepEqual(await messages().get(first.id), first);
  });

  it('a mailbox lists its newest first and steps to the next one by time', async () => {
    const mailbox = randomUUID() as MailboxId;
    const all = [3, 1, 2].map((second) => sampleMessage({ mailbox }, { received: at(second) }));
    const [third, first, second] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
    for (const message of all) await messages().insert(message);
    await messages().insert(sampleMessage());
    const ids = (found: readonly { id: MessageId }[]) => found.map((message) => message.id);
    assert.deepEqual(ids(await messages().list(mailbox, { limit: 10 })), [third.id, second.id, first.id]);
    assert.deepEqual(ids(await messages().list(mailbox, { limit: 2 })), [third.id, second.id]);
    assert.deepEqual(await messages().list(mailbox, { limit: 0 }), []);
    await messages().setState(second.id, 'heard', at(10));
    assert.deepEqual(ids(await messages().list(mailbox, { limit: 10, states: ['heard'] })), [second.id]);
    const filter = { states: ['new'], order: 'oldest' } as const;
    const next = async (after?: (typeof all)[0]) => (await messages().next(mailbox, filter, after))?.id;
    assert.equal(await next(), first.id);
    assert.equal(await next(first), third.id);
    assert.equal(await next(second), third.id);
    assert.equal(await next(third), undefined);
  });

  it('a change of state answers before and after, counts the version, and repeating it changes nothing', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const heard = { ...message, state: 'heard' as const, version: 2, heardAt: at(5), accessedAt: at(5) };
    assert.deepEqual(await messages().setState(message.id, 'heard', at(5)), {
      before: message,
      after: heard,
    });
    assert.deepEqual(await messages().get(message.id), heard);
    // But that it was heard again is access to it.
    const later = { ...heard, accessedAt: at(6) };
    assert.deepEqual(await messages().setState(message.id, 'heard', at(6)), { before: later, after: later });
    const saved = { ...heard, state: 'saved' as const, version: 3, accessedAt: at(7) };
    assert.deepEqual(await messages().setState(message.id, 'saved', at(7)), { before: later, after: saved });
    // Kept as new and heard again: the first time counts.
    await messages().setState(message.id, 'new', at(8));
    const again = await messages().setState(message.id, 'heard', at(9));
    assert.deepEqual(again?.after, { ...heard, version: 5, accessedAt: at(9) });
    assert.deepEqual(
      [await messages().touch(message.id, at(8)), await messages().touch(message.id, at(9))],
      [true, true],
    );
    assert.deepEqual(await messages().get(message.id), again?.after);
  });

  it('ten changes of state at once are ten versions, none lost', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const states = ['heard', 'saved'] as const;
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => messages().setState(message.id, states[i % 2] ?? 'heard', at(i))),
    );
    const changes = results.filter((result) => result && result.before.version !== result.after.version);
    assert.equal((await messages().get(message.id))?.version, 1 + changes.length);
  });

  it('a message is made heard from new only: one that was saved or deleted meanwhile stays so', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const first = await messages().setState(message.id, 'heard', at(1), ['new']);
    assert.equal(first?.after.state, 'heard');
    await messages().setState(message.id, 'deleted', at(2));
    const late = await messages().setState(message.id, 'heard', at(3), ['new']);
    assert.deepEqual([late?.before.state, late?.after.state], ['deleted', 'deleted']);
    assert.equal((await messages().get(message.id))?.state, 'deleted');
  });
});
