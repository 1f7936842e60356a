import { answerCall } from '../flows/answer.ts';
import type { FlowDeps } from '../flows/flow.ts';
import type { InboundText, StrayRecording } from '../ports/media.ts';
import { workText } from './inbox.ts';
import { type Running } from './running.ts';
import { type Auditor } from '../services/audit.ts';
import type { CallsInProgress } from '../services/calls-in-progress.ts';
import { type Classes } from '../services/classes.ts';
import { type Counting } from '../services/counting.ts';
import { type Deliveries } from '../services/deliver.ts';
import { type Lamps } from '../services/lamp.ts';
import type { FaxOut } from '../services/fax-out.ts';
import { recoverStray } from '../services/recover.ts';
import { type Transcripts } from '../services/transcripts.ts';
import type { Replicating } from './replicating.ts';
import type { Rooms } from './rooms.ts';

/** Longest wait for calls under way when the controller is told to end, in milliseconds. */
const drainMs = 5_000;

export interface Answering {
  readonly calls: Pick<CallsInProgress, 'enter'>;
  readonly rooms: Rooms;
  readonly classes: Classes;
  readonly flow: FlowDeps;
  readonly lamps: Lamps;
  readonly auditor: Auditor;
  readonly counting: Counting;
  readonly transcripts: Transcripts;
  readonly takeText: (text: InboundText) => Promise<void>;
  readonly deliveries: Deliveries;
  readonly faxOut: FaxOut;
  readonly running: Running;
  readonly replicating: Pick<Replicating, 'run'>;
  readonly signal: AbortSignal;
}

/** Recordings taken in at once: after a long absence of the controller there are many. */
const recoveredAtOnce = 4;

/** Takes in strays until there will be no more. One that is in hand is not begun again when it is found again. */
async function recoverAll(strays: AsyncIterable<StrayRecording>, flow: FlowDeps): Promise<void> {
  const foreign = new Map<string, Date>();
  const inHand = new Set<string>();
  const all = strays[Symbol.asyncIterator]();
  const lane = async (): Promise<void> => {
    for (;;) {
      const { value: stray, done } = await all.next();
      if (done === true) return;
      const { id } = stray.take;
      if (inHand.has(id)) continue;
      inHand.add(id);
      await recoverStray(stray, { ...flow, foreign }).catch((error: unknown) =>
        flow.log.warn('a recording waits', { error }),
      );
      inHand.delete(id);
    }
  };
  await Promise.all(Array.from({ length: recoveredAtOnce }, lane));
}

/** Answers calls and texts and takes in strays until the signal, or until another controller has the switch. */
export async function answerAll(answering: Answering): Promise<void> {
  const { rooms, flow, lamps, takeText, deliveries, running, signal } = answering;
  const { media, log } = rooms;
  const answer = async (): Promise<void> => {
    for await (const call of media.calls(signal)) {
      const left = answering.calls.enter(call);
      running.watch(rooms.stages.within(call, () => answerCall(call, flow)).finally(left));
    }
  };
  const obey = async (): Promise<void> => {
    for await (const text of media.texts(signal)) running.watch(workText(text, takeText, signal, log));
  };
  const recover = () => recoverAll(media.strays(signal), flow);
  // Calls and texts also end when another controller has taken the switch over: then the rest ends with them.
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const following = Promise.all([
    lamps.follow(until),
    answering.classes.follow(until),
    answering.replicating.run(until),
  ]);
  await Promise.all([answer(), obey(), recover()]);
  over.abort();
  await following;
  await Promise.all([
    running.settled(drainMs),
    deliveries.stop(drainMs),
    answering.faxOut.stop(drainMs),
    // As long as its own deadline in the store, after that a lease ends by itself.
    answering.transcripts.stop(),
  ]);
  const last = [flow.account.flush(), answering.auditor.flush(), answering.counting.stop()].map((written) =>
    written.catch((error: unknown) => log.warn('records not written at the end', { error })),
  );
  await Promise.all(last);
}
