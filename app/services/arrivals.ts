/**
 * Texts that do not come whole: parts of a longer one, and media that are still to be fetched. They are safe in the store
 * before their network is told so, and become messages when all is there, or as far as it came after a while.
 */
import { isTemporary } from '../core/errors.ts';
import type { Omitted } from '../core/message/message.ts';
import type { Arrival, ArrivingPart, FreshArrival } from '../ports/arrivals.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Fetcher } from '../ports/fetch.ts';
import type { Log } from '../ports/log.ts';
import type { InboundText } from '../ports/media.ts';
import type { Store } from '../ports/store.ts';
import { fetchMedia, type TextMedia } from './text-media.ts';

/** So long after the last part a text is handed on as far as it came, in milliseconds. */
const incompleteMs = 300_000;
/** Repeats are known for so long after all is done, in milliseconds: parts are numbered anew sooner than media. */
const partsKnownMs = 300_000;
const mediaKnownMs = 7 * 86_400_000;
/** Nothing waits for longer, in milliseconds. */
const forgottenMs = 30 * 86_400_000;
/** Longer than all its media may take, in milliseconds. */
const leaseMs = 30_000;
/** Waits until media that cannot be had are asked for again, in milliseconds; after the last the message comes without. */
const fetchAgainMs = [5_000, 30_000, 120_000, 600_000] as const;
/** A text that neither store nor disk could take is tried again after so long, doubled each time so often, in milliseconds. */
const againMs = 15_000;
const mostDoublings = 8;
/** Most texts that are worked at once; others wait their turn. */
const mostAtOnce = 8;

export interface ArrivalsDeps {
  readonly store: Pick<Store, 'arrivals'>;
  readonly fetcher: Fetcher;
  /** Takes a whole text. Resolved = safe in the store or on this disk. */
  readonly onText: (text: InboundText, media?: TextMedia) => Promise<void>;
  /** Called when something became due later. */
  readonly onDue: (at: Date) => void;
  /** Lets work go on by itself. */
  readonly watch: (work: Promise<void>) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly incompleteMs?: number;
}

export interface Arrivals {
  /**
   * A part of a longer text. Resolved = safe.
   * @throws Fault if it could not be kept: the network must bring it again.
   */
  part(part: ArrivingPart): Promise<void>;
  /**
   * A text with media. Resolved = safe: its media are fetched when its turn comes. Repeats are harmless.
   * @throws Fault if neither store nor disk could take it
   */
  media(text: InboundText): Promise<void>;
  /** Begins what is due; a far side that is slow holds up nothing else. */
  runDue(signal: AbortSignal): Promise<void>;
}

export function createArrivals(deps: ArrivalsDeps): Arrivals {
  const { arrivals } = deps.store;
  let busy = 0;
  return {
    async part(part) {
      for (;;) {
        const now = deps.clock.now().getTime();
        const due = new Date(now + (deps.incompleteMs ?? incompleteMs));
        const result = await arrivals.addPart(part, fresh(deps, due, forgottenMs));
        if (result.kind === 'repeat') return;
        if (result.kind === 'kept') {
          const { parts } = result.arrival;
          if (parts !== undefined && parts.bodies.size >= parts.total) await finish(deps, result.arrival);
          else deps.onDue(due);
          return;
        }
        // The number of an older text is used again.
        if (!result.done) await deps.onText(...joined(result.arrival));
        await arrivals.end(part.key, result.arrival.id);
      }
    },
    async media(text) {
      const now = deps.clock.now();
      const received = { ...text, received: text.received ?? now };
      try {
        await arrivals.keep(keyOf(text), received, fresh(deps, now, forgottenMs));
      } catch (error) {
        if (!isTemporary(error)) throw error;
        // The disk can hold it, but only whole.
        deps.log.warn('store away: the media of a text are fetched at once', { error });
        await deps.onText(received, await fetchMedia(text.media ?? [], deps));
        return;
      }
      deps.onDue(now);
    },
    async runDue(signal) {
      while (!signal.aborted && busy < mostAtOnce) {
        const arrival = await arrivals.takeDue(deps.clock.now(), leaseMs);
        if (arrival === undefined) break;
        busy += 1;
        const working = work(deps, arrival).finally(() => {
          busy -= 1;
          if (busy === mostAtOnce - 1) deps.onDue(deps.clock.now());
        });
        deps.watch(working);
      }
      const next = signal.aborted || busy >= mostAtOnce ? undefined : await arrivals.nextDue();
      if (next !== undefined) deps.onDue(next);
    },
  };
}

function fresh({ clock, random }: ArrivalsDeps, due: Date, keptMs: number): FreshArrival {
  const received = clock.now();
  return { id: random.uuid(), received, due, expires: new Date(received.getTime() + keptMs) };
}

function keyOf({ network, id }: InboundText): string {
  return `media:${network}:${id}`;
}

/** Never rejects: what fails is put off. */
async function work(deps: ArrivalsDeps, arrival: Arrival): Promise<void> {
  try {
    await finish(deps, arrival);
  } catch (error) {
    const { tries } = arrival;
    deps.log[isTemporary(error) ? 'warn' : 'error']('a text waits', { error, tries });
    await putOff(deps, arrival, againMs * 2 ** Math.min(tries, mostDoublings));
  }
}

async function finish(deps: ArrivalsDeps, arrival: Arrival): Promise<void> {
  const { key, id, text, parts } = arrival;
  if (parts === undefined) {
    const media = await fetchMedia(text.media ?? [], deps);
    const waitMs = fetchAgainMs[arrival.tries];
    if (media.lacking && waitMs !== undefined) {
      await putOff(deps, arrival, waitMs);
      return;
    }
    await deps.onText(text, media);
  } else {
    await deps.onText(...joined(arrival));
    if (parts.bodies.size < parts.total)
      deps.log.warn('parts of a text did not come', { total: parts.total, came: parts.bodies.size });
  }
  const knownMs = parts === undefined ? mediaKnownMs : partsKnownMs;
  await deps.store.arrivals.done(key, id, new Date(deps.clock.now().getTime() + knownMs));
}

async function putOff(deps: ArrivalsDeps, { key, id }: Arrival, waitMs: number): Promise<void> {
  const due = new Date(deps.clock.now().getTime() + waitMs);
  try {
    await deps.store.arrivals.putOff(key, id, due);
    deps.onDue(due);
  } catch (error) {
    // The lease ends by itself and another run takes it.
    deps.log.warn('a text waits for its lease to end', { error });
  }
}

/** Its words as far as they came, with dots for what did not. */
function joined({ text, received, parts }: Arrival): [InboundText] {
  const { total, bodies } = parts ?? { total: 0, bodies: new Map<number, string>() };
  let body = '';
  let missing = 0;
  let gap = false;
  for (let number = 1; number <= total; number += 1) {
    const part = bodies.get(number);
    if (part === undefined) missing += 1;
    if (part === undefined && !gap) body += ' ... ';
    body += part ?? '';
    gap = part === undefined;
  }
  const why: Omitted = { why: 'incomplete', name: `${missing} of ${total} parts`, contentType: 'text/plain' };
  const lack = missing > 0 ? { omitted: [why] } : {};
  return [{ ...text, body, received, segments: total - missing, truncated: missing > 0, ...lack }];
}
