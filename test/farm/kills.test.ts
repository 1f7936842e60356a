import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import type { PhoneCall } from '../phone/call.ts';
import { openChance } from '../system/chance.ts';
import { SteadyCaller, type Stage } from '../system/steady-caller.ts';
import { access, openFarm, type Farm, type FarmNode } from './farm.ts';

const bob = '+12025550147';
const chance = openChance();
/** A longer silence on a call in which sound is going on is a dead line; three switches on a busy machine send late, not less. */
const noticedMs = 5000;
const playedMs = 14_000;

describe(`A farm of three under load (seed ${chance.seed}): a controller, a switch, the store are killed`, function () {
  this.timeout(180_000);
  let farm: Farm;
  let reference: string;
  const played = babble(playedMs, 900);
  let calls = 0;

  before(async () => {
    farm = await openFarm({ count: 3 });
    await one(bob, played).over;
    const notice = await farm.network.nextText({
      timeoutMs: 20_000,
      where: ({ body }) => /,,\d{10}#/.test(body),
    });
    reference = /,,(\d{10})#/.exec(notice.body)?.[1] ?? '';
  });
  after(() => farm?.[Symbol.asyncDispose]());

  /** A caller who leaves a message; `up` when it is answered, `speaking` when it speaks. */
  function one(to: string, sound: Buffer) {
    const caller = new SteadyCaller({ from: `+1415555${2000 + calls++}`, to, sound, end: 'hang-up' });
    const reached = new Map<Stage, () => void>();
    const at = (stage: Stage) => new Promise<void>((resolve) => reached.set(stage, resolve));
    const [up, speaking] = [at('greeting'), at('recording')];
    caller.onStage = (stage) => reached.get(stage)?.();
    const call = async (): Promise<void> => {
      await using phone = await farm.phone('line');
      await caller.call(phone, chance);
    };
    const over = call();
    over.catch(() => undefined);
    return { caller, up, speaking, over };
  }

  /** Bob listens to his message, which is longer than what is broken meanwhile. */
  async function listener() {
    const phone = await farm.phone('listener');
    const call = await phone.call(reference, { fromUser: bob });
    await call.up(20_000);
    await call.hears(played.subarray(0, 8000), { withinMs: 20_000 });
    const heard = async () => {
      const { score, offsetMs } = await call.hears(played, { withinMs: 20_000 });
      await call.hangup();
      await phone[Symbol.asyncDispose]();
      return { score, silence: longestSilence(call, offsetMs) };
    };
    return { call, heard };
  }

  async function messagesFrom(from: string, to: string): Promise<Message[]> {
    const isFrom = ({ envelope }: Message) => JSON.stringify(envelope).includes(from.slice(1));
    for (const deadline = Date.now() + 60_000; ; await pause(200)) {
      const found = await farm.store.mailboxes
        .find(to as E164)
        .then((mailbox) => (mailbox === undefined ? [] : farm.store.messages.list(mailbox.id, { limit: 20 })))
        .catch(() => []);
      const mine = found.filter(isFrom);
      if (mine.length > 0 || Date.now() > deadline) return mine;
    }
  }

  /** Where each of these numbers has its call. */
  async function placesOf(numbers: readonly string[]): Promise<FarmNode[]> {
    const lists = await Promise.all(farm.nodes.map((node) => node.channels()));
    return numbers.map((number) => {
      const place = farm.nodes[lists.findIndex((list) => list.includes(number.slice(1)))];
      assert.ok(place, `a node has ${number}`);
      return place;
    });
  }

  /**
   * Five speak and one listens, so that every node has calls; then it happens, at a node where nobody listens.
   * @returns who spoke, and whether at that node
   */
  async function underLoad(round: number, happen: (node: FarmNode) => Promise<() => Promise<void>>) {
    await farm.whole();
    const numbers = [0, 1, 2, 3, 4].map((n) => `+1202555016${n}`);
    const callers = numbers.map((to, i) => one(to, babble(8000, round * 10 + i)));
    const listening = await listener();
    await Promise.all(callers.map(({ up }) => up));
    const froms = callers.map(({ caller }) => caller.from);
    const [at, ...places] = await placesOf([bob, ...froms]);
    assert.deepEqual(new Set([at, ...places]), new Set(farm.nodes), 'every node has calls');
    await Promise.all(callers.map(({ speaking }) => speaking));
    const struck = chance.pick(farm.nodes.filter((node) => node !== at));
    const mend = await happen(struck);
    const { score, silence } = await listening.heard();
    const ends = await Promise.allSettled(callers.map(({ over }) => over));
    await mend();
    assert.ok(score > 0.8, `what was played went on: ${score}`);
    assert.ok(silence < noticedMs, `${silence} ms of silence`);
    return callers.map(({ caller }, i) => ({
      caller,
      isStruck: places[i] === struck,
      isFinished: ends[i]?.status === 'fulfilled' && caller.spokeMs !== undefined,
    }));
  }

  async function isThere({ caller }: { readonly caller: SteadyCaller }): Promise<void> {
    const mine = await messagesFrom(caller.from, caller.to);
    assert.equal(mine.length, 1, `one message from ${caller.from}`);
    const media = mine[0]?.envelope.parts[0]?.media;
    const sound = media === undefined ? undefined : await farm.store.media.get(media);
    const { score } = correlate(sound?.bytes ?? new Uint8Array(), caller.sound);
    assert.ok(score > 0.8, `the sound of ${caller.from} is whole: ${score}`);
  }

  it('B11: a controller is killed: no call notices, and all that was said is there', async () => {
    const all = await underLoad(1, async (node) => {
      await node.controller.kill('SIGKILL');
      return () => node.restart();
    });
    assert.ok(all.every(({ isFinished }) => isFinished));
    for (const one of all) await isThere(one);
  });

  it('B11: a switch is killed: calls at the others do not notice, and their messages are there', async () => {
    const all = await underLoad(2, async (node) => {
      await node.asterisk.kill();
      return () => node.asterisk.start();
    });
    const others = all.filter(({ isStruck }) => !isStruck);
    assert.ok(others.length >= 2 && others.every(({ isFinished }) => isFinished));
    for (const one of others) await isThere(one);
  });

  it('B11: the store is killed: no call notices, and what was left meanwhile is there when it is back', async function () {
    if (farm.local.pids === undefined) return this.skip();
    const all = await underLoad(3, async () => {
      for (const part of ['ferretdb', 'postgres'] as const) await farm.local.kill(part, 'SIGKILL');
      return async () => {
        for (const part of ['postgres', 'ferretdb'] as const) await farm.local.start(part);
      };
    });
    assert.ok(all.every(({ isFinished }) => isFinished));
    for (const one of all) await isThere(one);
    assert.equal(await (await farm.phone(bob)).text(access, 'HELP'), 202);
  });
});

/** Between packets that bore the message, in milliseconds. */
function longestSilence({ heard }: PhoneCall, offsetMs: number): number {
  const [from, to] = [offsetMs * 8, (offsetMs + playedMs) * 8];
  const times = heard.packets.filter(({ offset }) => offset >= from && offset < to).map(({ at }) => at);
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
}
