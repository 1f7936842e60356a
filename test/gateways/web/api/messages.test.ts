import assert from 'node:assert/strict';
import type { Message } from '../../../../app/core/message/message.ts';
import type { MessageId } from '../../../../app/core/ids.ts';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type {
  MessageItem,
  MessageList,
  Message as View,
} from '../../../../app/gateways/web/api/schema/message.ts';
import { sampleMessage } from '../../../storage/sample.ts';
import { key, openApiWorld, spoken, type ApiWorld } from './world.ts';

describe('the API: messages', function () {
  this.timeout(60_000);
  let world: ApiWorld;
  let ann: Mailbox;
  before(async () => {
    world = await openApiWorld();
    ann = await world.subscriber('Ann');
  });
  after(async () => world[Symbol.asyncDispose]());

  const list = async (mailbox: Mailbox, query = '', who = 'Ann'): Promise<MessageList> => {
    const response = await world.ask('GET', `/mailboxes/${mailbox.id}/messages${query}`, { who });
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as MessageList;
  };
  const code = async (response: Response): Promise<string> =>
    ((await response.json()) as { code: string }).code;

  it('what is left over the web is a message like any other: listed, read, told of', async () => {
    const before = world.texts.length;
    const body = {
      from: { number: '(303) 555-0100', name: 'Zoë' },
      subject: 'Lunch',
      text: '  At noon?  ',
      urgent: true,
      parts: [spoken(2000)],
    };
    const response = await world.ask('POST', `/mailboxes/${ann.id}/messages`, {
      who: 'program',
      body,
      headers: key(),
    });
    assert.equal(response.status, 201);
    const { message: id } = (await response.json()) as { message: string };
    assert.equal(response.headers.get('location'), `/v1/messages/${id}`);
    const { items, total } = await list(ann, '?total=true');
    const item = items.find((one) => one.id === id) as MessageItem;
    assert.deepEqual(item.from, { number: '+13035550100', name: 'Zoë', private: false });
    assert.equal(item.kind, 'voice');
    assert.equal(item.subject, 'Lunch');
    assert.equal(item.preview, 'At noon?');
    assert.equal(item.urgent, true);
    assert.equal(item.durationMs, 2000);
    assert.equal(item.parts, 2);
    assert.equal(typeof total, 'number');
    const read = await world.ask('GET', `/messages/${id}`);
    assert.equal(read.headers.get('etag'), `"v${item.version}"`);
    const message = (await read.json()) as View;
    assert.equal(message.network, 'web');
    assert.match(message.reference ?? '', /^\d{10}$/);
    assert.deepEqual(
      message.parts.map(({ contentType, bytes }) => [contentType, bytes]),
      [
        ['text/plain; charset=utf-8', 8],
        ['audio/PCMU', 16_000],
      ],
    );
    const envelope = await world.ask('GET', `/messages/${id}/envelope`);
    assert.match(await envelope.text(), /^<\?xml .*urn:answerback:envelope:1/);
    while (world.texts.length === before) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(world.texts.at(-1)?.to, ann.number);
  });

  it('pages follow each other without gaps and repeats, also of one moment, in each order', async () => {
    const bob = await world.subscriber('Bob');
    const moment = new Date();
    const all: Message[] = [];
    for (let i = 0; i < 25; i += 1) {
      const received = new Date(moment.getTime() - Math.floor(i / 10) * 1000);
      const message = sampleMessage(
        { mailbox: bob.id, state: i % 5 === 4 ? 'heard' : 'new', urgent: i % 7 === 0 },
        { to: bob.number, received, urgent: i % 7 === 0 },
      );
      all.push(message);
      await world.store.messages.insert(message);
    }
    for (const order of ['newest', 'oldest', 'urgent-first']) {
      const seen: string[] = [];
      let query = `?limit=4&order=${order}`;
      for (;;) {
        const { items, next } = await list(bob, query, 'Bob');
        seen.push(...items.map(({ id }) => id));
        if (next === undefined) break;
        query = `?limit=4&order=${order}&cursor=${next}`;
      }
      assert.deepEqual([...seen].sort(), all.map(({ id }) => id).sort(), order);
    }
    assert.equal((await list(bob, '?state=heard', 'Bob')).items.length, 5);
    assert.equal((await list(bob, '?urgent=true&limit=100', 'Bob')).items.length, 4);
    const { next } = await list(bob, '?limit=4', 'Bob');
    for (const path of [
      `/mailboxes/${bob.id}/messages?order=oldest&cursor=${next}`,
      `/mailboxes/${bob.id}/messages?cursor=bm90aGluZw`,
      `/mailboxes/${bob.id}/messages?cursor=${'A'.repeat(400)}`,
    ])
      assert.equal(await code(await world.ask('GET', path, { who: 'Bob' })), 'bad-cursor', path);
  });

  it('finds by words, sender, kind and time; and says what cannot be looked for', async () => {
    const cat = await world.subscriber('Cat');
    await world.leave(cat, {
      from: { number: '+13035550101', name: 'Dr. Müller' },
      text: 'The contract is signed',
    });
    await world.leave(cat, {
      from: { address: 'eve@mail.example' },
      subject: 'Contract',
      text: 'See the enclosure',
    });
    await world.leave(cat, { text: 'Something else' });
    const found = async (query: string): Promise<number> => (await list(cat, query, 'Cat')).items.length;
    assert.equal(await found('?q=contract'), 2);
    assert.equal(await found('?q=contract%20signed'), 1);
    assert.equal(await found('?q=contr*'), 2);
    assert.equal(await found('?from=muller'), 1);
    assert.equal(await found('?from=eve@mail.example'), 1);
    assert.equal(await found('?from=%2B13035550101&q=signed'), 1);
    assert.equal(await found(`?since=${encodeURIComponent(new Date(Date.now() - 60_000).toISOString())}`), 3);
    assert.equal(await found(`?until=2020-01-01T00:00:00Z`), 0);
    assert.equal(await found('?kind=text,voice&state=new'), 3);
    const bad = async (query: string) =>
      code(await world.ask('GET', `/mailboxes/${cat.id}/messages${query}`, { who: 'Cat' }));
    assert.equal(await bad('?q=%2A%2A'), 'search-words');
    assert.equal(
      await bad(`?q=${Array.from({ length: 20 }, (_, i) => `word${i}`).join('%20')}`),
      'search-words',
    );
    assert.equal(await bad('?q=contract&order=oldest'), 'invalid');
    for (const wrong of [
      '?state=old',
      '?kind=voice,',
      '?since=yesterday',
      '?limit=0',
      '?limit=101',
      '?urgent=yes',
    ])
      assert.equal(await bad(wrong), 'invalid', wrong);
  });

  it('a message changes over the version that was seen, goes into the trash and comes back', async () => {
    const kim = await world.subscriber('Kim');
    const { id } = await world.leave(kim);
    const counts = async () => (await world.store.mailboxes.get(kim.id))?.counts;
    // Counters follow a moment later.
    while ((await counts())?.new !== 1) await new Promise((resolve) => setImmediate(resolve));
    const patch = (body: unknown, match?: string) =>
      world.ask('PATCH', `/messages/${id}`, {
        who: 'Kim',
        body,
        headers: match === undefined ? {} : { 'if-match': match },
      });
    const heard = await patch({ state: 'heard', urgent: true }, '"v1"');
    assert.equal(heard.status, 200);
    assert.equal(heard.headers.get('etag'), '"v3"');
    assert.equal((await patch({ state: 'saved' }, '"v1"')).status, 412);
    assert.deepEqual(await counts(), { new: 0, old: 1, urgent: 0 });
    const gone = await world.ask('DELETE', `/messages/${id}`, {
      who: 'Kim',
      headers: { 'if-match': '"v3"' },
    });
    assert.equal(gone.status, 204);
    assert.deepEqual(await counts(), { new: 0, old: 0, urgent: 0 });
    assert.deepEqual((await list(kim, '', 'Kim')).items, []);
    assert.equal((await list(kim, '?state=deleted', 'Kim')).items[0]?.id, id);
    const back = await patch({ state: 'saved' });
    assert.equal(((await back.json()) as View).state, 'saved');
    assert.deepEqual(await counts(), { new: 0, old: 1, urgent: 0 });
    for (const bad of [{ state: 'gone' }, { state: 'new', more: 1 }, [], null, 'x'])
      assert.equal((await patch(bad)).status, 400, JSON.stringify(bad));
  });

  it('of many who change the same version at once one wins, and the others are told', async () => {
    const { id } = await world.leave(ann);
    const tries = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        world.ask('PATCH', `/messages/${id}`, {
          body: { state: i % 2 === 0 ? 'saved' : 'heard' },
          headers: { 'if-match': '"v1"' },
        }),
      ),
    );
    assert.ok(tries.every(({ status }) => status === 200 || status === 412));
    const message = await world.store.messages.get(id);
    assert.equal(message?.version, 2);
  });

  it('the same deposit many times at once is one message; its name for something else is refused', async () => {
    const headers = key();
    const post = (text: string) =>
      world.ask('POST', `/mailboxes/${ann.id}/messages`, { who: 'program', body: { text }, headers });
    const before = (await list(ann, '?limit=100')).items.length;
    const all = await Promise.all(Array.from({ length: 6 }, () => post('once')));
    const ids = new Set(
      await Promise.all(all.map(async (one) => ((await one.json()) as { message: string }).message)),
    );
    assert.equal(ids.size, 1);
    assert.ok(all.every(({ status }) => status === 201 || status === 200));
    assert.equal(await code(await post('something else')), 'reused-key');
    assert.equal((await list(ann, '?limit=100')).items.length, before + 1);
  });

  it('a deposit that cannot be is refused with its reason', async () => {
    const post = async (body: unknown, who = 'program') => {
      const response = await world.ask('POST', `/mailboxes/${ann.id}/messages`, { who, body });
      return [response.status, await code(response)];
    };
    assert.deepEqual(await post({}), [422, 'refused']);
    assert.deepEqual(await post({ text: '   ' }), [422, 'refused']);
    assert.deepEqual(await post({ text: 'x', from: { address: 'nobody' } }), [422, 'invalid']);
    const part = (data: string, contentType = 'image/png') => ({ parts: [{ contentType, data }] });
    assert.deepEqual(await post(part('!!!!')), [400, 'invalid']);
    assert.deepEqual(await post(part('QUJD\nQUJD')), [400, 'invalid']);
    assert.deepEqual(await post(part('QUJDQUJD', 'audio/wav')), [422, 'refused']);
    assert.deepEqual(await post(part('QUJD', 'nonsense')), [400, 'invalid']);
    const large = part(Buffer.alloc(19_000_000).toString('base64'), 'application/octet-stream');
    assert.equal(
      (await world.ask('POST', `/mailboxes/${ann.id}/messages`, { who: 'program', body: large })).status,
      201,
    );
    assert.deepEqual(await post(large), [422, 'mailbox-full']);
    const huge = part(Buffer.alloc(20_000_001).toString('base64'), 'application/octet-stream');
    assert.deepEqual(await post(huge), [413, 'too-large']);
  });

  it('a subscriber’s own deposit is from themselves, whoever it says it is from', async () => {
    const response = await world.ask('POST', `/mailboxes/${ann.id}/messages`, {
      who: 'Ann',
      body: { text: 'note to self', from: { number: '+13035550100' } },
    });
    const { message } = (await response.json()) as { message: MessageId };
    assert.deepEqual((await world.store.messages.get(message))?.envelope.from, {
      number: ann.number,
      name: 'Ann',
      private: false,
    });
  });

  it('answers into the mailbox of a sender, once however often it is asked for; the thread shows what came', async () => {
    const [dan, eve] = [await world.subscriber('Dan'), await world.subscriber('Eve')];
    const message = await world.leave(dan, { from: { number: eve.number }, text: 'Are you there?' });
    const read = (await (await world.ask('GET', `/messages/${message.id}`, { who: 'Dan' })).json()) as View;
    assert.equal(read.canReply, true);
    const headers = key();
    const reply = () =>
      world.ask('POST', `/messages/${message.id}/reply`, { who: 'Dan', body: { text: 'Yes' }, headers });
    const [first, second] = await Promise.all([reply(), reply()]);
    assert.deepEqual([first.status, second.status], [202, 202]);
    const { items } = await list(eve, '', 'Eve');
    assert.deepEqual(
      items.map(({ preview, kind }) => [preview, kind]),
      [['Yes', 'text']],
    );
    const own = (await (await world.ask('GET', `/messages/${items[0]?.id}`, { who: 'Eve' })).json()) as View;
    assert.equal(own.related, message.id);
    const thread = (await (
      await world.ask('GET', `/messages/${message.id}/thread`, { who: 'Dan' })
    ).json()) as {
      items: { direction: string; text?: string }[];
    };
    assert.deepEqual(
      thread.items.map(({ direction, text }) => [direction, text]),
      [['in', 'Are you there?']],
    );
    const nobody = await world.leave(dan, { text: 'who am I' });
    const refused = await world.ask('POST', `/messages/${nobody.id}/reply`, {
      who: 'Dan',
      body: { text: 'x' },
    });
    assert.equal(await code(refused), 'nobody-to-answer');
    assert.equal(
      (await world.ask('POST', `/messages/${message.id}/reply`, { who: 'Dan', body: {} })).status,
      422,
    );
    assert.equal(
      (await world.ask('POST', `/messages/${message.id}/reply`, { who: 'program', body: { text: 'x' } }))
        .status,
      403,
    );
  });

  it('sends a message on with words before it, but none that is confidential', async () => {
    const [fay, guy] = [await world.subscriber('Fay'), await world.subscriber('Guy')];
    const message = await world.leave(fay, { subject: 'Hear this', parts: [spoken(1000)] });
    const forward = (id: string, body: object) =>
      world.ask('POST', `/messages/${id}/forward`, { who: 'Fay', body });
    const done = await forward(message.id, { to: [guy.number, '+44123', 'x'], comment: 'Listen' });
    assert.equal(done.status, 202);
    const said = (await done.json()) as { sent: string[]; failed: string[] };
    assert.deepEqual(said.sent, [guy.number]);
    assert.equal(said.failed.length, 2);
    const [item] = (await list(guy, '', 'Guy')).items;
    assert.deepEqual([item?.subject, item?.parts, item?.kind], ['Hear this', 2, 'voice']);
    assert.equal(await code(await forward(message.id, { to: ['nobody'] })), 'not-served');
    const secret = sampleMessage({ mailbox: fay.id }, { to: fay.number, confidential: true });
    await world.store.messages.insert(secret);
    assert.equal(await code(await forward(secret.id, { to: [guy.number] })), 'refused');
  });

  it('asks for calls as toll rules allow', async () => {
    const message = await world.leave(ann, { from: { number: '+442071838750' }, text: 'x' });
    const headers = key();
    const call = (what: string) =>
      world.ask('POST', `/messages/${message.id}/call`, { who: 'Ann', body: { what }, headers });
    const play = await call('play');
    assert.equal(play.status, 202);
    assert.deepEqual(await play.json(), { to: ann.number });
    assert.equal((await call('play')).status, 202);
    const due = await world.store.deliveries.takeDue(new Date(), 1000);
    assert.deepEqual([due?.message, due?.purpose], [message.id, 'play']);
    assert.equal(await world.store.deliveries.takeDue(new Date(), 1000), undefined);
    assert.equal(await code(await call('sender')), 'not-allowed-by-toll-rules');
    assert.equal(await code(await call('everybody')), 'invalid');
  });

  it('a reference opens its message; wrong ones count, and who guesses is locked out', async () => {
    const [hal, ida] = [await world.subscriber('Hal'), await world.subscriber('Ida')];
    const message = await world.leave(hal);
    const open = (reference: string, who = 'Hal') => world.ask('GET', `/references/${reference}`, { who });
    const opened = await open(`${message.reference.slice(0, 5)}%20${message.reference.slice(5)}`);
    assert.equal(((await opened.json()) as View).id, message.id);
    assert.equal((await open(message.reference, 'Ida')).status, 404);
    await world.store.messages.setState(message.id, 'deleted', new Date());
    assert.equal((await open(message.reference)).status, 410);
    let status = 0;
    for (let i = 0; i < 30 && status !== 429; i += 1) ({ status } = await open(message.reference, 'Ida'));
    assert.equal(status, 429);
    assert.ok(Number((await open(message.reference, 'Ida')).headers.get('retry-after')) > 0);
    assert.equal((await open(message.reference)).status, 410, 'the owner is not locked out by that');
    assert.ok(ida.number !== hal.number);
  });

  it('a page asks the store once, however large the mailbox, and reads no envelope', async () => {
    const jim = await world.subscriber('Jim');
    const asked = async (
      query: string,
    ): Promise<{ readonly finds: string[]; readonly page: MessageList }> => {
      const from = world.commands.length;
      const page = await list(jim, query, 'Jim');
      const own = world.commands
        .slice(from)
        .filter(({ command }) => JSON.stringify(command).includes(jim.id));
      return { finds: own.map(({ command }) => String(command['find'])).sort(), page };
    };
    for (const many of [3, 300]) {
      for (let i = 0; i < many; i += 1)
        await world.store.messages.insert(
          sampleMessage({ mailbox: jim.id, state: i % 2 === 0 ? 'new' : 'heard' }),
        );
      const counted = await asked('?limit=2&total=true');
      assert.deepEqual(counted.finds, ['mailboxes', 'messages']);
      const first = await asked('?limit=2');
      assert.deepEqual(first.finds, ['messages']);
      const second = await asked(`?limit=2&cursor=${first.page.next}`);
      assert.deepEqual(second.finds, ['messages']);
    }
    const command = world.commands.findLast(({ command: one }) => one['find'] === 'messages')?.command;
    assert.equal(command?.['projection']?.envelope, undefined);
    assert.equal(command?.['projection']?.brief, 1);
  });

  it('operators’ programs leave a trace of what they read', async () => {
    const message = await world.leave(ann);
    await world.ask('GET', `/messages/${message.id}`, { who: 'program' });
    await world.serving.auditor.flush();
    const events = await world.store.audit.list({ limit: 50, mailbox: ann.id });
    assert.ok(
      events.some(
        ({ by, subject, outcome }) =>
          by === 'program' && subject === message.id && outcome === 'message-read',
      ),
    );
  });
});
