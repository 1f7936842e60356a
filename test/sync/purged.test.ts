/** What is removed for good at home while another node has it. */
import assert from 'node:assert/strict';
import { assert as holds, array, asyncProperty, constantFrom, nat } from 'fast-check';
import { Fault } from '../../app/core/errors.ts';
import type { E164, MailboxId, MessageId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { advanceMessage } from '../../app/core/replication/message-register.ts';
import type { Archiving } from '../../app/services/archiving.ts';
import { removePurged } from '../../app/services/purged-at-home.ts';
import { removeMessage } from '../../app/services/remove-message.ts';
import { replicasOf } from '../../app/services/replicas-of.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { left } from './left.ts';
import { leave, openNodes, until, type Node, type Nodes } from './nodes.ts';

const now = new Date();
const at = (node: Node, id: MessageId): Promise<Message | undefined> => node.store.store.messages.get(id);
const setState = (node: Node, id: MessageId, state: Message['state']) =>
  node.store.store.messages.setState(id, state, new Date());

describe('sync: what home removes for good', function () {
  this.timeout(120_000);
  let nodes: Nodes;
  let home: Node;
  let away: Node;
  before(async () => {
    nodes = await openNodes();
    ({ home, away } = nodes);
  });
  after(() => nodes[Symbol.asyncDispose]());

  it('does not come back, whatever the other node sends, and goes there too', async () => {
    const erin = '+12025550127' as E164;
    const kept = await leave(home, erin);
    const swept = await leave(home, erin, { sweepAt: new Date(0) });
    const held = await leave(home, erin);
    await home.roaming.report(erin, 'away');
    await until('all are there', async () =>
      (await Promise.all([kept, swept, held].map(({ id }) => at(away, id)))).every(Boolean),
    );
    await until('home knows', async () => home.outbox.waiting === 0);
    // By hand, and as automatic management does.
    const { retention, messages } = home.store.store;
    for (const message of [kept, held]) await removeMessage(home.store.store, message);
    const lease = { by: 'sweeper', until: new Date(Date.now() + 60_000) };
    const due = await retention.takeDue(new Date(), lease, 10, swept.mailbox);
    await retention.condemn(
      due.flatMap(({ message }) => (message.id === swept.id ? [message] : [])),
      lease,
    );
    assert.equal(await retention.removeCondemned([swept.id], lease), 1);
    const box = (await at(away, kept.id))?.mailbox as MailboxId;
    await away.store.store.retention.holdMessage(held.id, { since: now }, now);
    for (const { id } of [kept, swept, held]) await setState(away, id, 'saved');
    for (const { id, mailbox } of [kept, swept, held]) away.outbox.noticed(mailbox, id);
    await until('they are gone there too', async () =>
      (await Promise.all([kept, swept].map(({ id }) => at(away, id)))).every((one) => one === undefined),
    );
    await until('it is said', async () => away.outbox.waiting === 0);
    assert.equal((await at(away, held.id))?.state, 'saved', 'a legal hold there goes before');
    const asked = (node: Node, collection: string): number =>
      node.store.commands.filter(({ command }) => command['find'] === collection).length;
    const [sent, looks] = [asked(home, 'purged'), asked(away, 'visits')];
    const began = performance.now();
    await until('it was looked at often', async () => asked(away, 'visits') > looks + 25);
    // All is compared every two seconds.
    const most = 3 + (2 * (performance.now() - began)) / 2000;
    assert.ok(asked(home, 'purged') - sent < most, 'what is held is not asked for at each look');
    for (const { id } of [kept, swept, held]) assert.equal(await messages.get(id), undefined);
    assert.deepEqual((await away.store.store.mailboxes.find(erin))?.counts, { new: 0, old: 1, urgent: 0 });
    const audited = await away.store.store.audit.list({ limit: 20, mailbox: box });
    const purged = audited.filter(({ outcome }) => outcome === 'purged').map(({ subject }) => subject);
    assert.deepEqual(new Set(purged), new Set([kept.id, swept.id]));
    await away.store.store.retention.holdMessage(held.id, undefined, now);
    await home.roaming.returned(erin);
    await until('it is cleared', async () => (await home.store.store.replication.visit(erin)) === undefined);
    assert.deepEqual(await left(away, [erin, box, kept.id, swept.id, held.id]), []);
  });

  it('stays where it cannot be removed now, and holds up nothing else', async () => {
    const { store } = away.store;
    const message = await leave(away, '+12026660101' as E164);
    const { id, mailbox } = message;
    const { messages, retention } = store;
    const damaged = { key: 'home/it', at: now, damaged: 'other bytes' };
    const archived = {
      get: async () => ({
        ...message,
        hold: (await messages.get(id))?.hold,
        tier: 'archived',
        archived: damaged,
      }),
      remove: (...asked: Parameters<typeof messages.remove>) => messages.remove(...asked),
    } as unknown as typeof messages;
    const remove = (forget: Archiving['forget']): Promise<boolean> =>
      removePurged(
        { store: { ...store, messages: archived }, archiving: { forget }, clock, log },
        'home',
        mailbox,
        id,
      );
    const isAway = remove(async () => {
      throw new Fault('archive-unavailable', 'it is away', { temporary: true });
    });
    assert.equal(await isAway, false);
    await retention.holdMessage(id, { since: now }, now);
    assert.equal(await remove(async () => undefined), false, 'it is held');
    assert.ok(await at(away, id));
    await retention.holdMessage(id, undefined, now);
    const forgotten: unknown[] = [];
    assert.equal(await remove(async (one) => void forgotten.push(one.archived)), true);
    assert.deepEqual(forgotten[0], damaged, 'damaged or not, it goes from the archive unread');
    assert.equal(await at(away, id), undefined);
  });

  it('is above all else: no order and no repetition brings anything back', async () => {
    const fred = '+12025550128' as E164;
    const [peer] = away.sync.peers;
    assert.ok(peer);
    await leave(home, fred);
    await home.roaming.report(fred, 'away');
    await until(
      'the profile is there',
      async () => (await away.store.store.mailboxes.find(fred)) !== undefined,
    );
    const deps = { store: away.store.store, archiving: { bringBack: async () => ({}) as never }, digest };
    const acts = array(constantFrom('whole', 'flags', 'together'), { minLength: 1, maxLength: 5 });
    await holds(
      asyncProperty(acts, nat(5), async (some, when) => {
        const [one, other] = [await leave(away, fred), await leave(away, fred)];
        const send = async (what: string) => {
          const ids = what === 'together' ? [one.id, other.id] : [one.id];
          const states = await away.store.store.replication.statesOf(ids);
          const wanted = states.map((state) => ({
            number: fred,
            id: state.id,
            register: advanceMessage(state.seen, state),
            whole: what !== 'flags',
          }));
          const made = await replicasOf(deps, wanted);
          // It may have been removed there by what was answered before.
          const sent = [...made.values()].filter((replica) => typeof replica === 'object');
          return sent.length === 0 ? [] : peer.send(sent);
        };
        await send('whole');
        await until('it is home', async () => {
          return (await at(home, one.id)) !== undefined && away.outbox.waiting === 0;
        });
        for (const [i, what] of some.entries()) {
          if (i === Math.min(when, some.length - 1)) await removeMessage(home.store.store, one);
          await send(what);
        }
        assert.equal(await at(home, one.id), undefined);
      }),
      { numRuns: 12 },
    );
    await home.roaming.returned(fred);
    await until('it is cleared', async () => (await home.store.store.replication.visit(fred)) === undefined);
    assert.deepEqual(await left(away, [fred]), []);
  });
});
