import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { babble } from '../audio/babble.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { access, openFarm, type Farm, type FarmNode } from './farm.ts';

const bob = '+12025550147';

describe('A farm: two nodes on one store, Kamailio in front', function () {
  this.timeout(120_000);
  let farm: Farm;
  let alice: Phone;

  before(async () => {
    farm = await openFarm({ callsAtOnce: 4 });
    alice = await farm.phone('+12025550123');
  });
  after(() => farm[Symbol.asyncDispose]());

  /** The node that a call is at, and the other. */
  async function placeOf(): Promise<readonly [FarmNode, FarmNode]> {
    const [a, b] = farm.nodes;
    return (await a.calls()) > 0 ? [a, b] : [b, a];
  }

  async function speaks(call: PhoneCall, sound: Buffer): Promise<void> {
    await call.up(15_000);
    await call.press('#');
    await call.hearsTone(1000, { withinMs: 15_000 });
    await call.say(sound);
  }

  async function messagesOf(number: string, count: number): Promise<Message[]> {
    for (const deadline = Date.now() + 30_000; ; await pause(100)) {
      const mailbox = await farm.store.mailboxes.find(number as E164);
      const messages = mailbox === undefined ? [] : await farm.store.messages.list(mailbox.id, { limit: 20 });
      if (messages.length >= count || Date.now() > deadline) return messages;
    }
  }

  async function noCalls(): Promise<void> {
    const busy = async () =>
      (await Promise.all(farm.nodes.map((node) => node.calls().catch(() => 0)))).some((n) => n > 0);
    for (const deadline = Date.now() + 20_000; (await busy()) && Date.now() < deadline;) await pause(100);
  }

  it('B11: what was left through one node is played by the other', async () => {
    const sound = babble(2500, 1);
    const call = await alice.call(bob);
    await speaks(call, sound);
    const [first] = await placeOf();
    await call.hangup();
    const notice = await farm.network.nextText({
      timeoutMs: 20_000,
      where: ({ body }) => /,,\d{10}#/.test(body),
    });
    const reference = /,,(\d{10})#/.exec(notice.body)?.[1] ?? '';
    const phone = await farm.phone(bob);
    const places = new Set<string>();
    for (let n = 0; n < 2; n += 1) {
      await noCalls();
      const listening = await phone.call(reference);
      await listening.up(15_000);
      places.add((await placeOf())[0].name);
      const match = await listening.hears(sound, { withinMs: 20_000 });
      assert.ok(match.score > 0.8, `score ${match.score}`);
      await listening.hangup();
    }
    assert.deepEqual([...places].toSorted(), ['a', 'b'], `left at ${first.name}`);
  });

  it('a stranger gets nothing through the front, and nobody chooses his own way', async () => {
    const refused = await alice.call(bob, { headers: ['Route: <sip:127.0.0.1:9;lr>'] });
    assert.equal(await refused.refused(), 403);
  });

  it('B11: a node that has as many calls as it takes refuses more: the other takes them, and when both are full the carrier gets 503', async () => {
    await noCalls();
    const calls = await Promise.all(Array.from({ length: 8 }, (_, n) => alice.call(`+1202555016${n}`)));
    await Promise.all(calls.map((call) => call.up(15_000)));
    assert.deepEqual(await Promise.all(farm.nodes.map((node) => node.calls())), [4, 4]);
    const further = await alice.call('+12025550170');
    assert.equal(await further.refused(), 503);
    await calls.pop()?.hangup();
    for (const deadline = Date.now() + 15_000; ; await pause(100)) {
      const again = await alice.call('+12025550170');
      const taken = await again.up(5000).then(
        () => true,
        () => false,
      );
      if (taken) calls.push(again);
      if (taken || Date.now() > deadline) break;
    }
    assert.equal(calls.length, 8, 'there is room again');
    await Promise.all(calls.map((call) => call.hangup()));
  });

  it('B11: a node is emptied: its calls go on, new ones come to the other, its controller waits for the last', async () => {
    await noCalls();
    await farm.whole();
    // Spoken all the time: who says nothing for long has left a message.
    const sound = babble(12_000, 2);
    const going = await alice.call('+12025550150');
    await going.up(15_000);
    const speaking = speaks(going, sound);
    speaking.catch(() => undefined);
    const [emptied, other] = await placeOf();
    await farm.front.command('dispatcher.set_state', 'dx', '1', emptied.uri);
    for (let n = 0; n < 4; n += 1) {
      const call = await alice.call('+12025550151');
      await call.up(15_000);
      assert.equal(await emptied.calls(), 1);
      await call.hangup();
    }
    assert.ok((await other.calls()) <= 1);
    await speaking;
    // It waits for the last as long as a moment: emptied is what has next to none.
    const ended = emptied.controller.kill('SIGTERM');
    await going.say(babble(1500, 4));
    await going.hangup();
    await ended;
    const [message] = await messagesOf('+12025550150', 1);
    assert.equal(message?.envelope.cut, false);
    await farm.front.command('dispatcher.set_state', 'ap', '1', emptied.uri);
  });

  it('B11: a switch dies: calls at the other do not notice, and its callers find the other', async () => {
    await noCalls();
    const sound = babble(3000, 3);
    // The first node has no controller any more: it is the one that dies.
    const dying = farm.nodes.find(({ controller }) => !controller.running) ?? farm.nodes[0];
    const living = farm.nodes.find((node) => node !== dying) as FarmNode;
    await farm.front.command('dispatcher.set_state', 'dx', '1', dying.uri);
    const going = await alice.call('+12025550152');
    await going.up(15_000);
    assert.equal(await living.calls(), 1);
    await farm.front.command('dispatcher.set_state', 'ap', '1', dying.uri);
    await dying.asterisk.kill();
    const numbers = ['+12025550153', '+12025550154', '+12025550155'];
    await Promise.all([
      speaks(going, sound).then(() => going.hangup()),
      ...numbers.map(async (number, i) => {
        const call = await alice.call(number);
        await speaks(call, babble(2500, 10 + i));
        await call.hangup();
      }),
    ]);
    for (const number of ['+12025550152', ...numbers]) {
      const messages = await messagesOf(number, 1);
      assert.deepEqual(
        messages.map(({ envelope }) => envelope.cut),
        [false],
        number,
      );
    }
    // Nor does it take the dead one for alive afterwards.
    await pause(5000);
    assert.match(await farm.front.command('dispatcher.list'), /FLAGS: [ID][PX]/);
    assert.equal(await alice.text(access, 'HELP'), 202);
  });
});
