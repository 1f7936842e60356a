import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { tellingStore } from '../../app/controller/telling.ts';
import type { AppEvent } from '../../app/core/event/event.ts';
import type { E164, MediaId, MessageId } from '../../app/core/ids.ts';
import { briefOf } from '../../app/core/message/brief.ts';
import { itemOf } from '../../app/core/message/item.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { Replica } from '../../app/ports/replication.ts';
import { replicasOf } from '../../app/services/replicas-of.ts';
import { openSync } from '../../app/sync/open.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { step } from '../storage/sample.ts';
import { left } from './left.ts';
import { leave, makeCertificate, openNodes, until, type Node, type Nodes } from './nodes.ts';

const ann = '+12025550123' as E164;
const stranger = '+12026660123' as E164;
const now = new Date();
/** ROAMING_CYCLES=50 for the long run. */
const cycles = Number(process.env['ROAMING_CYCLES'] ?? 4);

const at = (node: Node, id: MessageId): Promise<Message | undefined> => node.store.store.messages.get(id);
const setState = (node: Node, id: MessageId, state: Message['state']) =>
  node.store.store.messages.setState(id, state, new Date());

describe('sync: a subscriber at another node', function () {
  this.timeout(180_000 * Math.max(1, cycles / 10));
  let nodes: Nodes;
  let home: Node;
  let away: Node;
  /** What home tells to those who follow, and what the other node does. */
  const told: AppEvent[][] = [];
  const toldOf = (node: Node, { id }: Pick<Message, 'id'>): string[] =>
    (told[node === home ? 0 : 1] ?? []).flatMap((one) =>
      'id' in one && one.id === id ? `${one.type} ${'from' in one ? one.from : 'here'}` : [],
    );
  before(async () => {
    nodes = await openNodes({
      mostBytes: { standard: 1_000_000 },
      seal({ store }) {
        const own: AppEvent[] = [];
        told.push(own);
        return tellingStore(store, (event) => own.push(event));
      },
    });
    ({ home, away } = nodes);
  });
  after(() => nodes[Symbol.asyncDispose]());

  it('has profile, PIN, greeting and messages there, new ones first; the same references; and home has what happens there', async () => {
    const old = await leave(home, ann, { state: 'saved' }, 400_000);
    const huge = await leave(home, ann, { state: 'saved' }, 1_100_000);
    const fresh = await leave(home, ann, { urgent: true });
    const mailbox = await home.store.store.mailboxes.find(ann);
    assert.ok(mailbox);
    const media = `greeting:${mailbox.id}:busy:1` as MediaId;
    await home.store.store.media.put(media, 'audio/PCMU', randomBytes(500), mailbox.id);
    const busy = { media, contentType: 'audio/PCMU', durationMs: 60 };
    await home.store.store.mailboxes.update(mailbox.id, { settings: { name: 'Ann', greetings: { busy } } });
    await home.store.store.credentials.setPin({
      mailbox: mailbox.id,
      hash: '$h1',
      set: now,
      mustChange: false,
      keep: 5,
    });
    await away.roaming.seen(ann);
    await until(
      'all is there',
      async () => (await at(away, old.id)) !== undefined && (await at(away, fresh.id)) !== undefined,
    );
    const there = await away.store.store.messages.byReference(fresh.reference);
    assert.deepEqual(there?.envelope, fresh.envelope);
    assert.equal(
      (await away.store.store.media.get(there?.envelope.parts[0]?.media as MediaId))?.bytes.length,
      2000,
    );
    assert.equal(await at(away, huge.id), undefined, 'what is too large stays home');
    assert.deepEqual(there?.pending, [], 'nobody is told twice');
    const visitor = await away.store.store.mailboxes.find(ann);
    assert.deepEqual([visitor?.settings.name, visitor?.counts], ['Ann', { new: 1, old: 1, urgent: 1 }]);
    assert.equal((await away.store.store.credentials.get(visitor?.id as never))?.hash, '$h1');
    assert.ok(await away.store.store.media.get(media));

    await setState(away, fresh.id, 'heard');
    await setState(home, fresh.id, 'deleted');
    await away.store.store.mailboxes.count(visitor?.id as never, {
      kind: 'voice',
      new: -1,
      old: 1,
      urgent: -1,
    });
    await away.store.store.mailboxes.update(visitor?.id as never, { settings: { language: 'es' } });
    await home.store.store.mailboxes.update(mailbox.id, { settings: { name: 'Anna' } });
    await away.store.store.credentials.setPin({
      mailbox: visitor?.id as never,
      hash: '$h2',
      set: now,
      mustChange: false,
      keep: 5,
    });
    const made = await leave(away, ann);
    await until('both are the same', async () => {
      const [a, b] = await Promise.all([at(home, fresh.id), at(away, fresh.id)]);
      const [one, other] = await Promise.all(
        [home, away].map(({ store }) => store.store.mailboxes.find(ann)),
      );
      const pin = await home.store.store.credentials.get(mailbox.id);
      return (
        a?.state === 'deleted' &&
        b?.state === 'deleted' &&
        a.heardAt !== undefined &&
        pin?.hash === '$h2' &&
        one?.settings.language === 'es' &&
        other?.settings.name === 'Anna' &&
        (await at(home, made.id)) !== undefined
      );
    });
    assert.equal((await home.store.store.messages.byReference(made.reference))?.id, made.id);
  });

  it('what comes is told of to open pages and hooks as if it were left there, once; a text about it goes out at one node', async () => {
    const dora = '+12025550126' as E164;
    const kept = await leave(home, dora, { pending: [step('notify', now)] });
    await home.roaming.report(dora, 'away');
    await until('it is there', async () => (await at(away, kept.id)) !== undefined);
    const made = await leave(away, dora, { pending: [step('notify', now)] });
    await until('the other is home', async () => (await at(home, made.id)) !== undefined);
    await setState(away, kept.id, 'heard');
    await home.store.store.messages.setTranscript(kept.id, 'call me back', { times: '0 9.9 1.9 1.9' });
    home.outbox.noticed(kept.mailbox, kept.id);
    await until('both know all', async () => {
      const [one, other] = await Promise.all([at(home, kept.id), at(away, kept.id)]);
      return (
        one?.state === 'heard' && other?.transcript === 'call me back' && other.times === '0 9.9 1.9 1.9'
      );
    });
    // Once more, with all of it and without.
    const [peer] = home.sync.peers;
    const register = (await home.store.store.replication.state(kept.id))?.seen;
    assert.ok(peer && register);
    const deps = { store: home.store.store, archiving: { bringBack: async () => ({}) as never }, digest };
    for (const whole of [true, false, true]) {
      const wanted = [{ number: dora, id: kept.id, register, whole }];
      const again = (await replicasOf(deps, wanted)).get(kept.id) as Replica;
      assert.deepEqual(await peer.send([again, again]), [{ kind: 'taken' }, { kind: 'taken' }]);
    }
    assert.deepEqual(toldOf(away, kept), [
      'message.new home',
      'message.changed here',
      'message.changed home',
    ]);
    // Which of its two changes comes first at home is not said.
    assert.deepEqual(toldOf(home, kept).toSorted(), [
      'message.changed away',
      'message.changed here',
      'message.new here',
    ]);
    assert.deepEqual([toldOf(home, made), toldOf(away, made)], [['message.new away'], ['message.new here']]);
    const [last] = (told[1] ?? [])
      .flatMap((one) => ('item' in one && one.id === kept.id ? [one] : []))
      .slice(-1);
    const shown = await at(away, kept.id);
    assert.deepEqual(
      [last?.item, last?.version],
      [shown && itemOf(briefOf(shown)), shown?.version],
      'as lists show it now',
    );
    for (const message of [kept, made]) {
      const both = await Promise.all([at(home, message.id), at(away, message.id)]);
      assert.deepEqual(
        both.flatMap((one) => one?.pending.map(({ kind }) => kind)),
        ['notify'],
      );
    }
    // As whoever tells of it does.
    await away.store.store.messages.finishPending(made.id, ['notify']);
    await home.roaming.returned(dora);
    await until('it is cleared', async () => (await home.store.store.replication.visit(dora)) === undefined);
    assert.equal(toldOf(away, kept).at(-1), 'message.removed here');
  });

  it('a mailbox made there for somebody not known anywhere is home at once, however large, and nothing stays', async () => {
    const bob = '+12025550124' as E164;
    const made = await leave(away, bob, {}, 1_100_000);
    await until('it is home', async () => (await at(home, made.id)) !== undefined);
    assert.equal((await home.store.store.mailboxes.find(bob))?.counts.new, 1);
    await until(
      'nothing is left there of one who is not there',
      async () => (await left(away, [bob, made.id])).length === 0,
    );
  });

  it('leaves nothing there when home again, while the line is cut at random bytes: each message once at home, flags joined', async () => {
    const all: Message[] = [];
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const carol = `+1202555${1000 + cycle}` as E164;
      const kept: Message[] = [];
      for (let i = 0; i < 6; i += 1) kept.push(await leave(home, carol, {}, 20_000 + i * 90_000));
      await home.roaming.report(carol, 'away');
      for (const line of nodes.lines) line.cutAfter(Math.floor(Math.random() * 500_000));
      await until('the first is there', async () => {
        for (const line of nodes.lines)
          if (Math.random() < 0.1) line.cutAfter(Math.floor(Math.random() * 300_000));
          else if (Math.random() < 0.3) line.mend();
        return (await Promise.all(kept.map(({ id }) => at(away, id)))).some(Boolean);
      });
      const there = (await Promise.all(kept.map(({ id }) => at(away, id)))).filter(
        (one) => one !== undefined,
      );
      await setState(away, (there[0] as Message).id, 'saved');
      await setState(home, (there[0] as Message).id, 'heard');
      kept.push(await leave(away, carol), await leave(home, carol));
      await home.roaming.returned(carol);
      for (const line of nodes.lines) line.mend();
      await until(
        'it is cleared',
        async () => (await home.store.store.replication.visit(carol)) === undefined,
      );
      assert.deepEqual(
        await left(away, [
          carol,
          ...kept.flatMap(({ id, envelope: { parts } }) => [id, ...parts.map(({ media }) => media)]),
        ]),
        [],
      );
      assert.equal((await at(home, (there[0] as Message).id))?.state, 'saved');
      const mailbox = await home.store.store.mailboxes.find(carol);
      const listed = await home.store.store.messages.list(mailbox?.id as never, { limit: 100 });
      assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set(kept.map(({ id }) => id)));
      assert.equal(listed.length, kept.length, 'each once');
      const recount = await home.store.store.mailboxes.recount(mailbox?.id as never);
      assert.equal(recount?.mailbox.counts.new, 7);
      all.push(...kept);
    }
    assert.equal(all.length, cycles * 8);
    const [record] = await away.store.store.audit.list({ limit: 1 });
    assert.deepEqual([record?.event, record?.outcome], ['roaming', 'cleared']);
    // A second visit begins anew.
    const again = '+12025551000' as E164;
    await home.roaming.report(again, 'away');
    await until('they are there again', async () => {
      const mailbox = await away.store.store.mailboxes.find(again);
      return (
        mailbox !== undefined &&
        (await away.store.store.messages.list(mailbox.id, { limit: 100 })).length === 8
      );
    });
  });

  it('hostile nodes: no other certificate, no number that is not theirs, no wrong hash, nothing huge, nothing turned back', async () => {
    const [line] = nodes.lines;
    const other = await makeCertificate(nodes.folder, 'other');
    const nodesOf = (certificate: string) => [
      { name: 'away', url: `https://127.0.0.1:${line.port}`, certificate, prefixes: [] },
    ];
    const slice = { host: '127.0.0.1', port: 0, directory: join(nodes.folder, 'x') };
    const real = join(nodes.folder, 'away.pem');
    for (const { files, certificate } of [
      { files: other, certificate: real },
      {
        files: { key: join(nodes.folder, 'home.key'), certificate: join(nodes.folder, 'home.pem') },
        certificate: other.certificate,
      },
    ]) {
      await using wrong = await openSync({ ...slice, ...files, nodes: nodesOf(certificate) }, { log });
      await assert.rejects(wrong.peers[0]?.tell('still', [ann]) as Promise<unknown>, {
        code: 'gateway-unavailable',
      });
    }
    // Home itself, to the node away: what it may not say of itself.
    const [peer] = home.sync.peers;
    assert.ok(peer);
    const message = await leave(home, ann);
    const register = { state: { n: 0, value: 'new' }, urgent: { n: 0, value: false } } as const;
    const base = { kind: 'message', id: message.id, register } as const;
    assert.deepEqual((await peer.send([{ ...base, number: stranger, pieces: [] }]))[0]?.kind, 'unknown');
    assert.deepEqual(
      (await peer.send([{ ...base, number: '+33123456789' as E164, pieces: [] }]))[0]?.kind,
      'refused',
    );
    assert.deepEqual(await peer.tell('return', [stranger]), [], 'it is not their home');
    await home.roaming.report(ann, 'away');
    await until('it is there', async () => (await at(away, message.id)) !== undefined);
    await setState(away, message.id, 'deleted');
    assert.equal((await peer.send([{ ...base, number: ann, pieces: [] }]))[0]?.kind, 'taken');
    assert.equal((await at(away, message.id))?.state, 'deleted', 'an old state changes nothing');
    const piece = { media: 'm' as MediaId, contentType: 'audio/PCMU', sha256: 'a'.repeat(64) };
    const bad = { ...base, id: 'none' as MessageId, number: ann };
    const content = {
      envelope: '<x/>',
      reference: message.reference,
      referenceExpires: now,
      expires: now,
      stored: [],
    };
    assert.equal((await peer.send([{ ...bad, content, pieces: [] }]))[0]?.kind, 'refused');
    await assert.rejects(peer.send([{ ...bad, pieces: [{ ...piece, bytes: randomBytes(300_000) }] }]), {
      code: 'gateway-unavailable',
    });
    const sent = Array.from({ length: 70 }, () => ({ ...bad, pieces: [] }));
    await assert.rejects(peer.send(sent), { code: 'gateway-unavailable' });
    await assert.rejects(
      peer.send([{ ...bad, content: { ...content, envelope: 'x'.repeat(2e6) }, pieces: [] }]),
      { code: 'gateway-unavailable' },
    );
  });

  it('nodes with nothing to say exchange less than 1 kB a second', async () => {
    await until('all is said', async () => home.outbox.waiting === 0 && away.outbox.waiting === 0);
    const before = nodes.lines[0].bytes + nodes.lines[1].bytes;
    const began = Date.now();
    await new Promise((resolve) => {
      setTimeout(resolve, 3000);
    });
    const rate = ((nodes.lines[0].bytes + nodes.lines[1].bytes - before) * 1000) / (Date.now() - began);
    // The test compares whole every two seconds, thirty times as often as is usual.
    assert.ok(rate / 30 < 1000, `${rate} bytes a second`);
  });
});
