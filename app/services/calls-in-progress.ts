/** Which calls this controller has at this moment; whoever watches is told when one begins, is answered and ends. */
import type { LiveCall } from '../ports/live-calls.ts';
import type { Call } from '../ports/media.ts';

export type CallMoment = 'began' | 'answered' | 'ended';

export type CallInProgress = LiveCall;

export interface CallsInProgress {
  readonly size: number;
  /** Counts a call from now on; what it answers ends that. */
  enter(call: Call): () => void;
  /** The oldest first. */
  list(): readonly CallInProgress[];
  /** @returns what ends the watching */
  watch(told: (event: CallMoment, call: CallInProgress) => void): () => void;
}

export function createCallsInProgress(): CallsInProgress {
  const calls = new Map<string, Call>();
  const watchers = new Set<(event: CallMoment, call: CallInProgress) => void>();
  const tell = (event: CallMoment, call: Call): void => {
    for (const told of watchers) told(event, factsOf(call));
  };
  return {
    get size() {
      return calls.size;
    },
    enter(call) {
      calls.set(call.id, call);
      tell('began', call);
      if (call.answered === undefined) whenAnswered(call, () => tell('answered', call));
      return () => {
        // The same leg may have come anew, as a fax.
        if (calls.get(call.id) === call) calls.delete(call.id);
        tell('ended', call);
      };
    },
    list: () => Array.from(calls.values(), factsOf).sort((a, b) => a.started.getTime() - b.started.getTime()),
    watch(told) {
      watchers.add(told);
      return () => void watchers.delete(told);
    },
  };
}

function factsOf({ id, facts, entry, started, answered }: Call): CallInProgress {
  const from = facts.privacy ? undefined : (facts.asserted ?? facts.from)?.number;
  return {
    id,
    direction: entry.kind === 'outgoing' ? 'outbound' : 'inbound',
    trunk: facts.trunk,
    ...(from === undefined ? {} : { from }),
    to: facts.requestUser,
    started,
    ...(answered === undefined ? {} : { answered }),
  };
}

/** Tells once the call has been answered, by whatever dialogue. */
function whenAnswered(call: Call, told: () => void): void {
  const answer = call.answer.bind(call);
  let isTold = false;
  call.answer = async () => {
    await answer();
    if (isTold || call.answered === undefined) return;
    isTold = true;
    told();
  };
}
