import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import { openChance } from './chance.ts';
import { counted } from './counted.ts';
import { SteadyCaller, stages, storingMs, type Stage } from './steady-caller.ts';
import { openSystem, type System } from './system.ts';

const callersAtOnce = 7;
const subscribers = ['+12025550130', '+12025550131', '+12025550132'];
/** A kill while a caller is in each of these, at a random moment of this span since it came there, in milliseconds. */
const kills: readonly { readonly stage: Stage; readonly fromMs?: number; readonly belowMs: number }[] = [
  { stage: 'greeting', belowMs: 900 },
  { stage: 'storing', belowMs: 40 },
  { stage: 'tone', belowMs: 400 },
  { stage: 'storing', belowMs: 15 },
  { stage: 'recording', belowMs: 1800 },
  { stage: 'key', belowMs: 150 },
  { stage: 'storing', belowMs: storingMs },
  { stage: 'notifying', fromMs: storingMs, belowMs: 250 },
  { stage: 'key', belowMs: 900 },
  { stage: 'storing', belowMs: 20 },
];
/** Within this time after everything is quiet all is stored and told: the longest lease of a dead controller and a margin. */
const settleMs = 50_000;

const chance = openChance();

describe(`The controller is killed at random moments (seed ${chance.seed})`, function () {
  this.timeout(240_000);
  let system: System;
  const callers: SteadyCaller[] = [];
  const tally = new Map<Stage, number>();

  before(async () => {
    system = await openSystem();
  });

  after(() => system[Symbol.asyncDispose]());

  it('over 50 calls under way at ten kills: nobody is left in silence', async () => {
    const waiting = new Map<Stage, (caller: SteadyCaller) => void>();
    const closed = new AbortController();
    const line = async (): Promise<void> => {
      const phone = await system.phone('callers');
      while (!closed.signal.aborted) {
        const caller = new SteadyCaller({
          from: `+1415555${String(1000 + callers.length)}`,
          to: chance.pick(subscribers),
          sound: babble(chance.between(1500, 2600), callers.length),
          end: chance.pick(['hang-up', 'hang-up', 'key', 'send']),
        });
        callers.push(caller);
        caller.onStage = (stage) => waiting.get(stage)?.(caller);
        await caller.call(phone, chance);
      }
    };
    const lines = Array.from({ length: callersAtOnce }, async (_, i) => {
      await pause(i * 350);
      await line();
    });
    const kill = async (): Promise<void> => {
      for (const { stage, fromMs = 0, belowMs } of kills) {
        // On a busy machine the moment may come too late: then it is that of the next caller who comes there.
        for (let met = false; !met;) {
          const caller = await new Promise<SteadyCaller>((resolve) => waiting.set(stage, resolve));
          waiting.clear();
          await pause(chance.between(fromMs, belowMs));
          met = caller.stage === stage;
        }
        for (const { stage: now } of callers) tally.set(now, (tally.get(now) ?? 0) + 1);
        await system.controller.kill('SIGKILL');
        await pause(chance.number(800));
        await system.restart();
      }
    };
    await Promise.all([kill().finally(() => closed.abort()), ...lines]);
    tally.delete('over');
    const underWay = [...tally.values()].reduce((sum, count) => sum + count, 0);
    const spread = JSON.stringify(Object.fromEntries(tally));
    assert.ok(underWay >= 50, `${underWay} calls were under way: ${spread}`);
    const missed = stages.filter((stage) => stage !== 'over' && !tally.has(stage));
    assert.deepEqual(missed, [], `not all stages were met: ${spread}`);
  });

  it('every finished message is there exactly once, and whole', async () => {
    const finished = callers.filter((caller) => caller.spokeMs !== undefined);
    assert.ok(finished.length >= callers.length * 0.8, `${finished.length} of ${callers.length} finished`);
    const found = await settled(system, finished.length);
    for (const caller of finished) {
      const own = found.filter((message) => message.envelope.from.number === caller.from);
      const what = `from ${caller.from} to ${caller.to}, seed ${chance.seed}`;
      assert.equal(own.length, 1, `${own.length} messages ${what}`);
      const [part] = own[0]!.envelope.parts;
      const media = await system.store.media.get(part!.media);
      const match = correlate(media!.bytes, caller.sound);
      assert.ok(match.score > 0.8, `score ${match.score} of a message ${what}`);
      const lengthMs = part!.durationMs ?? 0;
      const saidMs = caller.sound.length / 8;
      assert.ok(match.offsetMs > -300, `${match.offsetMs} ms of the beginning are missing ${what}`);
      // A phone on a busy machine hears the tone late; it does not hear it early.
      assert.ok(lengthMs > saidMs - 600, `${lengthMs} ms instead of ${saidMs} ms ${what}`);
      assert.ok(lengthMs < caller.stayedMs + 1500, `${lengthMs} ms instead of ${caller.stayedMs} ms ${what}`);
    }
    const twice = found.length - new Set(found.map((message) => message.envelope.from.number)).size;
    assert.equal(twice, 0);
  });

  it('every mailbox counts what it holds', async () => {
    for (const number of subscribers) {
      const held = (await allMessages(system)).filter(({ envelope }) => envelope.to === number).length;
      // Those in doubt are counted once a minute.
      const mailbox = await counted(system, number, held, 90_000);
      if (held > 0) assert.deepEqual(mailbox?.counts, { new: held, old: 0, urgent: 0 }, number);
    }
  });

  it('every subscriber is told of every message', async () => {
    const found = await allMessages(system);
    const told = (message: Message) =>
      system.network.texts.some(
        (text) => text.to === message.envelope.to && text.body.includes(`,,${message.reference}#`),
      );
    const deadline = Date.now() + settleMs;
    while (!found.every(told) && Date.now() < deadline) await nextChange(system, deadline);
    const untold = found.filter((message) => !told(message)).map((message) => message.pending);
    assert.deepEqual(untold, []);
  });
});

async function allMessages(system: System): Promise<Message[]> {
  const lists = await Promise.all(
    subscribers.map(async (number) => {
      const mailbox = await system.store.mailboxes.find(number as E164);
      return mailbox === undefined ? [] : system.store.messages.list(mailbox.id, { limit: 1000 });
    }),
  );
  return lists.flat();
}

/** All messages, once there are so many; what is there at the deadline otherwise. */
async function settled(system: System, count: number): Promise<Message[]> {
  const deadline = Date.now() + settleMs;
  for (;;) {
    const found = await allMessages(system);
    if (found.length >= count || Date.now() > deadline) return found;
    await nextChange(system, deadline);
  }
}

/** A text comes with every message; whoever waits looks again then, or after a while. */
async function nextChange(system: System, deadline: number): Promise<void> {
  const timeoutMs = Math.max(1, Math.min(1000, deadline - Date.now()));
  await system.network.nextText({ timeoutMs }).catch(() => undefined);
}
