import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Fault } from '../../app/core/errors.ts';
import type { MediaId, MessageId } from '../../app/core/ids.ts';
import type { Envelope, Message } from '../../app/core/message/message.ts';
import type { Converter, Edge } from '../../app/ports/convert.ts';
import type { Store } from '../../app/ports/store.ts';
import { createConversions, type Conversions } from '../../app/services/conversions.ts';
import { removeMessage } from '../../app/services/remove-message.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMessage } from '../storage/sample.ts';
import { gate } from './gate.ts';
import { spelled, Spelling, type SpellingOptions } from './spelling.ts';

const en = { language: 'en' };

describe('services: a message in other forms', function () {
  this.timeout(60_000);
  let test: TestStore;
  let store: Store;
  before(async () => {
    test = await openTestStore();
    store = test.store;
  });
  after(() => test?.[Symbol.asyncDispose]());

  function opened(...converters: readonly Converter[]): Conversions {
    return createConversions({ store, converters, log: silentLog });
  }

  /** A message whose parts are these. */
  async function put(
    parts: readonly (readonly [contentType: string, content: string | Uint8Array])[],
    change: Partial<Message> = {},
    envelope: Partial<Envelope> = {},
  ): Promise<Message> {
    const kept = parts.map(([contentType, content]) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      return { media: randomUUID() as MediaId, contentType, bytes };
    });
    for (const { media, contentType, bytes } of kept)
      await store.media.put(media, contentType, bytes, 'owner' as never);
    const message = sampleMessage(change, {
      kind: 'text',
      parts: kept.map((part) => ({ ...part, bytes: part.bytes.length, sha256: 'a'.repeat(64) })),
      ...envelope,
    });
    await store.messages.insert(message);
    return message;
  }

  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

  it('a part comes as it is where that is its form already', async () => {
    const speech = new Spelling();
    const message = await put([['Text/Plain; charset=utf-8', 'hello']]);
    const part = await opened(speech).part(message, 0, 'text/plain', en);
    assert.equal(text(part?.bytes), 'hello');
    assert.equal(part?.contentType, 'Text/Plain; charset=utf-8');
    assert.deepEqual(speech.asked, []);
  });

  it('what was made is kept with the message and not made again, by another process either', async () => {
    const speech = new Spelling();
    const message = await put([['text/plain', 'hello']]);
    const first = await opened(speech).part(message, 0, 'text/x-capitals', en);
    assert.equal(text(first?.bytes), 'HELLO');
    const [derived] = (await store.messages.get(message.id))?.derived ?? [];
    const media = `${message.envelope.parts[0]!.media}>text/x-capitals`;
    assert.deepEqual(derived, {
      of: 0,
      media,
      form: 'text/x-capitals',
      contentType: 'text/x-capitals',
      bytes: 5,
    });
    // The message as it was known before.
    const again = await opened(speech).part(message, 0, 'text/x-capitals', en);
    assert.deepEqual(Buffer.from(again?.bytes ?? []), Buffer.from(first?.bytes ?? []));
    assert.equal(again?.contentType, 'text/x-capitals');
    assert.equal(speech.asked.length, 1);
  });

  it('spoken words are another thing in each language, with their playing time', async () => {
    const speech = new Spelling();
    const conversions = opened(speech);
    const message = await put([['text/plain', 'hello']], { transcript: 'hello' });
    const spoken = await conversions.words(message, 'audio/pcmu', en);
    assert.deepEqual(spoken?.bytes, spelled('hello'));
    assert.equal(spoken?.durationMs, 500);
    await conversions.words(message, 'audio/pcmu', { language: 'es' });
    const again = await conversions.words(message, 'audio/pcmu', en);
    assert.equal(again?.durationMs, 500);
    assert.deepEqual(
      speech.asked.map(({ language }) => language),
      ['en', 'es'],
    );
  });

  it('several steps lead from a video to its words', async () => {
    const message = await put([['video/mp4', spelled('see you')]], {}, { kind: 'video' });
    const words = await opened(new Spelling()).part(message, 0, 'text/plain', en);
    assert.equal(text(words?.bytes), 'see you');
  });

  it('the words of a message: its subject and what is written in it', async () => {
    const conversions = opened(new Spelling());
    const mail = await put(
      [
        ['image/png', '…'],
        ['text/plain', 'at noon?'],
      ],
      {},
      { kind: 'email', subject: 'Lunch' },
    );
    assert.equal(text((await conversions.words(mail, 'text/plain', en))?.bytes), 'Lunch\n\nat noon?');
    const silent = await put([['image/png', '…']], {}, { kind: 'image' });
    assert.equal(await conversions.words(silent, 'audio/pcmu', en), undefined);
  });

  it('where no way leads, or the bytes are gone, there is nothing', async () => {
    const conversions = opened(new Spelling());
    const message = await put([['text/plain', 'hello']]);
    assert.equal(await conversions.part(message, 0, 'image/png', en), undefined);
    assert.equal(await conversions.part(message, 1, 'audio/pcmu', en), undefined);
    assert.equal(conversions.leads('text/plain', 'image/png'), false);
    assert.equal(conversions.leads('Video/MP4; codecs=x', 'text/plain'), true);
    await store.media.delete(message.envelope.parts[0]!.media);
    assert.equal(await conversions.part(message, 0, 'audio/pcmu', en), undefined);
    assert.equal((await store.messages.get(message.id))?.derived, undefined);
  });

  it('two who ask at once get one conversion', async () => {
    const held = gate();
    const speech = new Spelling({ before: () => held.promise });
    const conversions = opened(speech);
    const message = await put([['text/plain', 'hello']]);
    const both = [0, 1].map(() => conversions.part(message, 0, 'audio/pcmu', en));
    held.resolve();
    const [one, two] = await Promise.all(both);
    assert.equal(one, two);
    assert.equal(speech.asked.length, 1);
  });

  it('one who gives up does not take it from the other; when all have, it is given up', async () => {
    const asked = gate<AbortSignal | undefined>();
    const held = gate();
    const speech = new Spelling({
      before: (_, __, { signal }) => {
        asked.resolve(signal);
        return held.promise;
      },
    });
    const conversions = opened(speech);
    const message = await put([['text/plain', 'hello']]);
    const [leaves, stays] = [new AbortController(), new AbortController()];
    const ask = (signal: AbortSignal) => conversions.part(message, 0, 'audio/pcmu', { ...en, signal });
    const left = ask(leaves.signal);
    const kept = ask(stays.signal);
    const signal = await asked.promise;
    leaves.abort(new Error('hung up'));
    await assert.rejects(left, /hung up/);
    assert.equal(signal?.aborted, false);
    stays.abort(new Error('hung up too'));
    await assert.rejects(kept, /hung up too/);
    assert.equal(signal?.aborted, true);
    held.resolve();
    // Who comes then gets it all the same.
    const later = await opened(new Spelling()).part(message, 0, 'audio/pcmu', en);
    assert.deepEqual(later?.bytes, spelled('hello'));
  });

  it('so many are under way at once, the others wait; too many are refused for now', async () => {
    const held = gate();
    const speech = new Spelling({ before: () => held.promise });
    const conversions = createConversions({ store, converters: [speech], log: silentLog, atOnce: 3 });
    const content = { contentType: 'text/plain', bytes: new TextEncoder().encode('hello') };
    const first = Array.from({ length: 67 }, () => conversions.content(content, 'text/x-capitals', en));
    await assert.rejects(
      conversions.content(content, 'text/x-capitals', en),
      (error) => error instanceof Fault && error.temporary && error.code === 'media-unavailable',
    );
    held.resolve();
    const made = await Promise.all(first);
    assert.deepEqual([...new Set(made.map((one) => text(one?.bytes)))], ['HELLO']);
    assert.equal(speech.most, 3);
  });

  const failing = (
    code: 'invalid' | 'not-found' | 'media-failed' | 'media-unavailable',
  ): SpellingOptions => ({
    before: () => {
      throw new Fault(code, `as if ${code}`, { temporary: code === 'media-unavailable' });
    },
  });
  const capitals = (cost: number): readonly Edge[] => [{ from: 'text/*', to: 'text/x-capitals', cost }];

  for (const code of ['invalid', 'not-found', 'media-failed'] as const)
    it(`the next cheapest way is taken where one answers ${code}`, async () => {
      const [cheap, dear] = [new Spelling(failing(code), capitals(1)), new Spelling({}, capitals(9))];
      const made = await opened(dear, cheap).content(
        { contentType: 'text/plain', bytes: new TextEncoder().encode('hello') },
        'text/x-capitals',
        en,
      );
      assert.equal(text(made?.bytes), 'HELLO');
      assert.deepEqual([cheap.asked.length, dear.asked.length], [1, 1]);
    });

  it('where none is left the fault of the content is told, before that of a missing program', async () => {
    const conversions = opened(
      new Spelling(failing('not-found'), capitals(1)),
      new Spelling(failing('invalid'), capitals(2)),
    );
    const message = await put([['text/plain', 'hello']]);
    await assert.rejects(conversions.part(message, 0, 'text/x-capitals', en), { code: 'invalid' });
    assert.equal((await store.messages.get(message.id))?.derived, undefined);
  });

  it('what is only busy is not gone round: it is told to be so, and works the next time', async () => {
    let busy = true;
    const speech = new Spelling(
      {
        before: () =>
          busy ? failing('media-unavailable').before?.({} as never, {} as never, en) : undefined,
      },
      capitals(1),
    );
    const dear = new Spelling({}, capitals(9));
    const conversions = opened(speech, dear);
    const message = await put([['text/plain', 'hello']]);
    await assert.rejects(conversions.part(message, 0, 'text/x-capitals', en), {
      code: 'media-unavailable',
      temporary: true,
    });
    assert.equal(dear.asked.length, 0);
    busy = false;
    assert.equal(text((await conversions.part(message, 0, 'text/x-capitals', en))?.bytes), 'HELLO');
  });

  it('a message that is removed takes along what was made of it', async () => {
    const message = await put([['text/plain', 'hello']], { transcript: 'hello' });
    const conversions = opened(new Spelling());
    await conversions.words(message, 'audio/pcmu', en);
    await conversions.part(message, 0, 'text/x-capitals', en);
    const found = await store.messages.get(message.id);
    const ids = (found?.derived ?? []).map(({ media }) => media);
    assert.equal(ids.length, 2);
    // As it was before anything was made of it.
    await removeMessage(store, message);
    for (const id of [...ids, message.envelope.parts[0]!.media])
      assert.equal(await store.media.get(id), undefined);
    assert.equal(await store.messages.get(message.id), undefined);
  });

  it('one that is removed while it is converted leaves nothing behind', async () => {
    const held = gate();
    const conversions = opened(new Spelling({ before: () => held.promise }));
    const message = await put([['text/plain', 'hello']]);
    const made = conversions.part(message, 0, 'audio/pcmu', en);
    await removeMessage(store, message);
    held.resolve();
    await made.catch(() => undefined);
    assert.equal(
      await store.media.get(`${message.envelope.parts[0]!.media}>audio/pcmu@en` as MediaId),
      undefined,
    );
  });

  it('nor does one that is made a second time in the middle of that', async () => {
    const message = await put([['text/plain', 'hello']]);
    const conversions = opened(new Spelling());
    await conversions.part(message, 0, 'audio/pcmu', en);
    const before = (await store.messages.get(message.id))!;
    const [made] = before.derived ?? [];
    assert.ok(made);
    const again: Pick<Store, 'media' | 'messages'> = {
      media: store.media,
      messages: Object.assign(Object.create(store.messages) as typeof store.messages, {
        remove: async (id: MessageId) => {
          await store.media.put(made.media, 'audio/pcmu', new Uint8Array(8), 'owner' as never);
          return store.messages.remove(id);
        },
      }),
    };
    await removeMessage(again, before);
    assert.equal(await store.media.get(made.media), undefined);
  });

  it('a store that cannot keep it does not keep it from who asked', async () => {
    const away = {
      ...store,
      messages: {
        get: async () => undefined,
        addDerived: async () => {
          throw new Fault('store-unavailable', 'away', { temporary: true });
        },
      },
    };
    const conversions = createConversions({ store: away, converters: [new Spelling()], log: silentLog });
    const message = await put([['text/plain', 'hello']]);
    const made = await conversions.part(message, 0, 'text/x-capitals', en);
    assert.equal(text(made?.bytes), 'HELLO');
  });
});
