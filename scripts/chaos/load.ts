/** Callers who leave messages and subscribers who hear them, as long as it takes. They keep their own account of what they did. */
import { setTimeout as pause } from 'node:timers/promises';
import { babble } from '../../test/audio/babble.ts';
import type { Chance } from '../../test/system/chance.ts';
import { SteadyCaller } from '../../test/system/steady-caller.ts';
import type { Phone } from '../../test/phone/phone.ts';
import type { World } from './world.ts';

export interface LoadReport {
  readonly callers: readonly Witness[];
  readonly listeners: readonly Listening[];
}

/** A subscriber who called with a reference. */
export interface Listening {
  readonly reference: string;
  readonly began: number;
  readonly ended: number;
  readonly heard: boolean;
}

/** What a caller knows of its own call. */
export interface Witness {
  readonly from: string;
  readonly to: string;
  readonly sound: Buffer;
  /** Milliseconds since the run began. */
  readonly began: number;
  ended: number;
  /** Had spoken to the end when it ended the recording. */
  finished: boolean;
}

export const subscribers = Array.from({ length: 10 }, (_, n) => `+12025550${130 + n}`);
const lines = 6;
/** A listener every so many deposits. */
const listenEvery = 8;

export async function runLoad(
  world: World,
  {
    deposits,
    chance,
    clock,
    until,
  }: {
    readonly deposits: number;
    readonly chance: Chance;
    readonly clock: () => number;
    /** Goes on until this is aborted, and so many deposits have been made. */
    readonly until: AbortSignal;
  },
): Promise<LoadReport> {
  const callers: Witness[] = [];
  const listeners: Listening[] = [];
  const more = () => callers.length < deposits || !until.aborted;
  const line = async (n: number): Promise<void> => {
    await pause(n * 300);
    const phone = await world.phone(`line${n}`);
    while (more()) {
      const index = callers.length;
      const sound = babble(chance.between(1200, 2600), index);
      const from = `+1415${String(5_000_000 + index)}`;
      const caller = new SteadyCaller({
        from,
        to: chance.pick(subscribers),
        sound,
        end: chance.pick(['hang-up', 'hang-up', 'key', 'send']),
      });
      const witness: Witness = {
        from,
        to: caller.to,
        sound,
        began: clock(),
        ended: Infinity,
        finished: false,
      };
      callers.push(witness);
      // A call that a fault ended is no message that must be there, and none that must not.
      await caller.call(phone, chance).catch(() => undefined);
      witness.ended = clock();
      witness.finished = caller.spokeMs !== undefined;
    }
  };
  const listener = async (): Promise<void> => {
    const phone = await world.phone('listener');
    for (let done = 0; more();) {
      await pause(200);
      if (callers.length < done + listenEvery) continue;
      done = callers.length;
      const text = chance.pick(world.network.texts.filter(({ body }) => /,,\d{10}#/.test(body)).slice(-20));
      if (text === undefined) continue;
      const reference = /,,(\d{10})#/.exec(text.body)?.[1] ?? '';
      const digits = text.body.replace(/\D/g, '');
      const said = callers.find(({ from, finished }) => finished && digits.includes(from.slice(2)));
      if (said === undefined) continue;
      const began = clock();
      const heard = await hears(phone, text.to, reference, said.sound).catch(() => false);
      listeners.push({ reference, began, ended: clock(), heard });
    }
  };
  await Promise.all([...Array.from({ length: lines }, (_, n) => line(n)), listener()]);
  return { callers, listeners };
}

/** The subscriber calls with the reference of a notice, and hears what that caller said. */
async function hears(phone: Phone, number: string, reference: string, said: Buffer): Promise<boolean> {
  const call = await phone.call(reference, { fromUser: number });
  try {
    await call.up(20_000);
    return (await call.hears(said, { withinMs: 15_000, minScore: 0.7 })).score > 0.7;
  } finally {
    await call.hangup();
  }
}
