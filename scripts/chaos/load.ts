/** Callers who leave messages and subscribers who hear them, as long as it takes. They keep their own account of what they did. */
import { setTimeout as pause } from 'node:timers/promises';
import { babble } from '../../test/audio/babble.ts';
import type { Chance } from '../../test/system/chance.ts';
import { SteadyCaller } from '../../test/system/steady-caller.ts';
import type { Phone } from '../../test/phone/phone.ts';
import type { World } from './world.ts';

export interface LoadReport {
  readonly callers: readonly Witness[];
  readonly listeners: Listening[];
}

/** A subscriber who called with a reference. */
export interface Listening {
  readonly reference: string;
  readonly began: number;
  readonly ended: number;
  readonly heard: boolean;
  /** All was over and in its place. */
  readonly quiet: boolean;
}

/** What a caller knows of its own call. */
export interface Witness {
  readonly from: string;
  readonly to: string;
  /** What it said once the tone was over. */
  sound: Buffer;
  /** Milliseconds since the run began. */
  readonly began: number;
  ended: number;
  /** Ended what it said by a key. */
  readonly byKey: boolean;
  /** Had spoken to the end when it ended the recording. */
  finished: boolean;
}

export const subscribers = Array.from({ length: 60 }, (_, n) => `+12025550${130 + n}`);
/** A telephone keeps what it heard: after so many calls it is another one. */
const callsOfPhone = 20;
/** A listener every so many deposits. */
const listenEvery = 8;

export async function runLoad(
  world: World,
  {
    deposits,
    lines,
    chance,
    clock,
    until,
  }: {
    readonly deposits: number;
    readonly lines: number;
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
    while (more()) {
      await using phone = await world.phone(`line${n}`);
      for (let calls = 0; calls < callsOfPhone && more(); calls += 1) await leave(phone);
    }
  };
  const leave = async (phone: Phone): Promise<void> => {
    const index = callers.length;
    const sound = babble(chance.between(1000, 2000), index);
    const from = `+1415${String(5_000_000 + index)}`;
    const to = chance.pick(subscribers);
    const end = chance.pick(['hang-up', 'hang-up', 'key', 'send'] as const);
    const caller = new SteadyCaller({ from, to, sound, end });
    const begun = { from, to: caller.to, sound, began: clock(), byKey: end !== 'hang-up' };
    const witness: Witness = { ...begun, ended: Infinity, finished: false };
    callers.push(witness);
    // A call that a fault ended is no message that must be there, and none that must not.
    await caller.call(phone, chance).catch(() => undefined);
    witness.sound = sound.subarray(Math.round(caller.intoToneMs * 8));
    witness.ended = clock();
    witness.finished = caller.spokeMs !== undefined;
  };
  const listener = async (): Promise<void> => {
    for (let done = 0; more();) {
      await pause(200);
      if (callers.length < done + listenEvery) continue;
      done = callers.length;
      const text = chance.pick(noticesOf(world).slice(-20));
      const said = text && callers.find(({ from, finished }) => finished && saysOf(text.body, from));
      if (said) listeners.push(await listen(world, text, said, clock));
    }
  };
  await Promise.all([...Array.from({ length: lines }, (_, n) => line(n)), listener()]);
  return { callers, listeners };
}

/** When all is quiet: some of the messages, by the references of their notices. Each must be heard. */
export async function listenAgain(
  world: World,
  callers: readonly Witness[],
  { count, chance, clock }: { readonly count: number; readonly chance: Chance; readonly clock: () => number },
): Promise<Listening[]> {
  const heard: Listening[] = [];
  const notices = noticesOf(world);
  const finished = callers.filter((caller) => caller.finished);
  const line = async (): Promise<void> => {
    while (heard.length < count && finished.length > 0) {
      const [said] = finished.splice(chance.number(finished.length), 1);
      const text = said && notices.find(({ body }) => saysOf(body, said.from));
      if (said && text) heard.push({ ...(await listen(world, text, said, clock)), quiet: true });
    }
  };
  await Promise.all(Array.from({ length: 4 }, line));
  return heard;
}

type Notice = World['network']['texts'][number];

/** Texts that tell of a message. */
export function noticesOf({ network }: World): Notice[] {
  return network.texts.filter(({ body }) => /,,\d{10}#/.test(body));
}

/** Whether a notice tells of a message of this caller. */
function saysOf(body: string, from: string): boolean {
  return body.replace(/\D/g, '').includes(from.slice(2));
}

async function listen(world: World, notice: Notice, said: Witness, clock: () => number): Promise<Listening> {
  const reference = /,,(\d{10})#/.exec(notice.body)?.[1] ?? '';
  const began = clock();
  await using phone = await world.phone('listener');
  const heard = await hears(phone, notice.to, reference, said.sound).catch(() => false);
  return { reference, began, ended: clock(), heard, quiet: false };
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
