import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { messageTokens } from '../../app/core/search/message-tokens.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import { indexWords } from '../../app/services/index-words.ts';
import { createSearch, type Search, type SearchRequest } from '../../app/services/search.ts';
import type { MessageSearch } from '../../app/ports/message-search.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, sampleMessage } from './sample.ts';

const [home, office] = ['box-home', 'box-office'] as unknown as [MailboxId, MailboxId];
const plan = createNumberPlan({ access: ['+12025550199'], country: 'US', ranges: [] });
const ana = { number: '+12025550123', name: 'Ana Núñez', private: false };
const bo = { address: 'bo@example.org', name: 'Bo', private: false };

describe('storage: search', function () {
  this.timeout(60_000);
  let opened: TestStore;
  let search: Search;
  const all: Message[] = [];

  before(async () => {
    opened = await openTestStore();
    search = createSearch({ store: opened.store, plan });
    const kinds = ['voice', 'text', 'email', 'fax'] as const;
    const words = ['the key', 'a key and an invoice', 'Invoice of March', 'keyboard', ''];
    for (let i = 0; i < 60; i += 1) {
      const text = words[i % 5] ?? '';
      const from = i % 3 === 0 ? bo : ana;
      const message = sampleMessage(
        {
          mailbox: i % 4 === 0 ? office : home,
          state: (['new', 'heard', 'saved', 'deleted'] as const)[(i * 7) % 4] ?? 'new',
          urgent: i % 5 === 0,
          ...(text === '' ? {} : { transcript: text }),
        },
        // Three at each time.
        { kind: kinds[i % 4] ?? 'voice', from, received: at(Math.trunc(i / 3)) },
      );
      all.push(message);
      await opened.store.messages.insert(message);
    }
  });
  after(async () => opened[Symbol.asyncDispose]());

  it('any choice of words, mailbox, kinds, states and times is found, the newest first, page by page', async () => {
    const term = (beginning: boolean, ...anyOf: string[]) => ({ anyOf, beginning });
    const terms = [
      term(false, 'key', '@key'),
      term(false, 'invoice', '@invoice'),
      term(true, 'key', '@key'),
      term(false, 'ana', '@ana'),
      term(false, '@bo@example.org'),
      term(false, 'nowhere'),
    ];
    const optional = <T>(...values: T[]) => fc.constantFrom(undefined, ...values);
    const choice = fc.record({
      terms: fc.subarray(terms, { maxLength: 2 }),
      mailbox: optional(home, office),
      kinds: optional<MessageSearch['kinds']>(['voice'], ['fax', 'email']),
      states: optional<MessageSearch['states']>(['new'], ['new', 'heard', 'saved']),
      urgent: optional(true, false),
      since: optional(at(5)),
      until: optional(at(14)),
      limit: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(choice, async (chosen) => {
        const asked = Object.fromEntries(
          Object.entries(chosen).filter(([, value]) => value !== undefined),
        ) as unknown as MessageSearch;
        const found: string[] = [];
        for (let after: MessageSearch['after']; ;) {
          const page = await opened.store.messages.search({ ...asked, ...(after ? { after } : {}) });
          found.push(...page.map(({ id }) => id));
          const last = page.at(-1);
          if (last === undefined || page.length < asked.limit) break;
          after = { received: last.envelope.received, id: last.id };
        }
        assert.deepEqual(found, expected(all, asked), JSON.stringify(asked));
      }),
      { numRuns: 40 },
    );
  });

  it('subscribers find in their own mailbox and not what they threw away, operators in all', async () => {
    const ids = async (request: SearchRequest, mailbox?: MailboxId): Promise<string[]> => {
      const asked = { limit: 100, ...request };
      const result = await (mailbox ? search.inMailbox(mailbox, asked) : search.everywhere(asked));
      assert.ok(result.kind === 'found', JSON.stringify(result));
      return result.messages.map(({ id }) => id);
    };
    const kept = all.filter(({ state }) => state !== 'deleted');
    const count = (of: readonly Message[], text: RegExp) =>
      of.filter(({ transcript = '' }) => text.test(transcript)).length;
    assert.equal((await ids({ words: 'INVOICE' })).length, count(kept, /invoice/i));
    const inHome = kept.filter(({ mailbox }) => mailbox === home);
    assert.equal((await ids({ words: 'ínvoice' }, home)).length, count(inHome, /invoice/i));
    assert.equal((await ids({ words: 'key' }, home)).length, count(inHome, /\bkey\b/));
    assert.equal((await ids({ words: 'key*' }, home)).length, count(inHome, /key/));
    assert.deepEqual(await ids({ from: '(202) 555-0123' }), await ids({ from: 'nunez' }));
    assert.deepEqual(
      await ids({ from: 'BO@example.org', words: 'key' }),
      await ids({ from: 'bo', words: 'key' }),
    );
    assert.equal(
      (await ids({ words: 'key*', states: ['deleted'] })).length,
      count(all, /key/) - count(kept, /key/),
    );
    assert.deepEqual(await ids({ words: 'nowhere' }), []);
  });

  it('pages follow each other while messages come and go', async () => {
    const whole = await search.everywhere({ words: 'invoice', limit: 100 });
    assert.ok(whole.kind === 'found' && whole.next === undefined);
    const pages: Message[] = [];
    let cursor: string | undefined;
    do {
      const page = await search.everywhere({ words: 'invoice', limit: 4, ...(cursor ? { cursor } : {}) });
      assert.ok(page.kind === 'found');
      pages.push(...page.messages);
      cursor = page.next;
      // Newer than all of them.
      const newer = sampleMessage({ transcript: 'invoice' }, { received: at(1000) });
      await opened.store.messages.insert(newer);
      await opened.store.messages.remove(newer.id);
    } while (cursor !== undefined);
    assert.deepEqual(
      pages.map(({ id }) => id),
      whole.messages.map(({ id }) => id),
    );
  });

  it('messages from before there was a search are found once they have been indexed', async () => {
    const { store, client, database } = opened;
    const mailbox = 'old-box' as MailboxId;
    const media = 'old-text' as MediaId;
    const bytes = new TextEncoder().encode('The Käse is in the cellar');
    const { sha256 } = await store.media.put(media, 'text/plain; charset=utf-8', bytes, mailbox);
    const part = { media, contentType: 'text/plain; charset=utf-8', bytes: bytes.length, sha256 };
    const written = sampleMessage({ mailbox }, { kind: 'text', parts: [part] });
    const nothing = sampleMessage({ mailbox }, { from: { private: true } });
    const spoken = Array.from({ length: 120 }, () => sampleMessage({ mailbox, transcript: 'umbrella' }));
    for (const one of [written, nothing, ...spoken]) await store.messages.insert(one);
    await client
      .db(database)
      .collection('messages')
      .updateMany({ mailbox }, { $unset: { words: '' } });
    const found = async (words: string): Promise<number> => {
      const result = await search.inMailbox(mailbox, { words, limit: 100 });
      return result.kind === 'found' ? result.messages.length + (result.next === undefined ? 0 : 1) : -1;
    };
    assert.deepEqual([await found('kase'), await found('umbrella')], [0, 0]);
    const { signal } = new AbortController();
    assert.equal(await indexWords({ store }, mailbox, signal), 122);
    assert.deepEqual([await found('kase cellar'), await found('umbrella')], [1, 101]);
    const bySender = await search.inMailbox(mailbox, { from: written.envelope.from.number ?? '' });
    assert.ok(bySender.kind === 'found' && bySender.messages.length > 0);
    assert.equal(await indexWords({ store }, mailbox, signal), 0, 'nothing is left to do');
    await assert.rejects(indexWords({ store }, mailbox, AbortSignal.abort()));
  });

  it('words that are written down later are found from then on, and nothing of a message that is gone', async () => {
    const { messages } = opened.store;
    const message = sampleMessage({ mailbox: home }, { received: at(500) });
    const inHome = (words: string) => search.inMailbox(home, { words });
    const isFound = async (words: string): Promise<boolean> => {
      const result = await inHome(words);
      return result.kind === 'found' && result.messages.some(({ id }) => id === message.id);
    };
    await messages.insert(message);
    assert.equal(await isFound('umbrella'), false);
    await messages.setTranscript(message.id, 'You forgot your umbrella');
    assert.equal(await isFound('Umbrella'), true);
    assert.equal(await isFound('zoe umbrella'), true);
    await messages.setTranscript(message.id, 'Something else');
    assert.equal(await isFound('something'), false, 'the words that were written first stay');
    await messages.move(message.id, home, office);
    assert.equal(await isFound('umbrella'), false);
    await messages.move(message.id, office, home);
    await messages.setState(message.id, 'deleted', at(501));
    assert.equal(await isFound('umbrella'), false);
    await messages.setState(message.id, 'saved', at(502));
    assert.equal(await isFound('umbrella'), true);
    await messages.remove(message.id);
    assert.equal(await isFound('umbrella'), false);
  });

  it('whatever is written has an answer: found, or why nothing was looked for', async () => {
    const long = 'x'.repeat(10_240);
    const refused = async (request: SearchRequest): Promise<string | number> => {
      const result = await search.inMailbox(home, request);
      return result.kind === 'refused' ? result.why : result.messages.length;
    };
    assert.equal(await refused({ words: 'the and of' }), 'no-words');
    assert.equal(await refused({ words: long }), 'too-long');
    assert.equal(await refused({ from: long }), 'too-long');
    assert.equal(await refused({ words: 'key', cursor: '{"$gt":""}' }), 'bad-cursor');
    assert.equal(await refused({ words: 'key', cursor: '9'.repeat(400) }), 'bad-cursor');
    assert.equal(await refused({ since: new Date(Number.NaN) }), 'bad-time');
    for (const limit of [0, -1, 1.5, 101, Number.NaN])
      assert.equal(await refused({ words: 'key', limit }), 'bad-limit');
    assert.equal(await refused({ words: 'key', since: at(9), until: at(8) }), 0);
    for (const words of [
      'key.*',
      '^key$',
      '"key"',
      'key\0',
      "key'; drop",
      '$key',
      '{$ne: key}',
      '(key',
      'key\\',
    ])
      assert.ok(Number(await refused({ words })) >= 0, words);
  });
});

function expected(all: readonly Message[], asked: MessageSearch): string[] {
  const { terms, mailbox, kinds, states, urgent, since, until } = asked;
  return all
    .filter((message) => {
      const tokens = messageTokens(message);
      const { kind, received } = message.envelope;
      return (
        terms.every(({ anyOf, beginning }) =>
          anyOf.some((one) => tokens.some((token) => (beginning ? token.startsWith(one) : token === one))),
        ) &&
        (mailbox === undefined || message.mailbox === mailbox) &&
        (kinds === undefined || kinds.includes(kind)) &&
        (states === undefined || states.includes(message.state)) &&
        (urgent === undefined || message.urgent === urgent) &&
        (since === undefined || received >= since) &&
        (until === undefined || received < until)
      );
    })
    .toSorted(
      (a, b) => b.envelope.received.getTime() - a.envelope.received.getTime() || (a.id > b.id ? -1 : 1),
    )
    .map(({ id }) => id);
}
