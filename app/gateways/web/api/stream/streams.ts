/** All streams of events that are open here (Server-Sent Events, WHATWG HTML): their number, their pulse, their end. */
import type { ServerResponse } from 'node:http';
import { endsAccessOf, eventViewOf, seenBy, type EventView } from '../../../../core/event/seen-by.ts';
import { writtenPlace, type EventPlace } from '../../../../core/event/place.ts';
import type { Occurred } from '../../../../core/event/event.ts';
import { principalKey, type Principal } from '../../../../core/access/principal.ts';
import type { Log } from '../../../../ports/log.ts';
import type { Events, Following, Told } from '../../../../services/events.ts';
import type { StillIn } from '../../../../services/still-in.ts';
import { HttpProblem } from '../../problem.ts';
import { eventText } from './text.ts';

export interface StreamDeps {
  readonly events: Pick<Events, 'follow'>;
  readonly stillIn: StillIn;
  readonly log: Log;
}

export interface StreamLimits {
  /** At once, of one subscriber; operators and their programs may have four times as many. */
  readonly perPrincipal: number;
  readonly inAll: number;
  /** How often each is given a sign of life, in milliseconds. */
  readonly pulseMs: number;
  /** How often it is asked whether somebody is still let in, in milliseconds. */
  readonly checkMs: number;
}

export const usualStreams: StreamLimits = { perPrincipal: 8, inAll: 5000, pulseMs: 15_000, checkMs: 60_000 };

/** Bytes that wait for a client which does not read; then it goes, and may come again from where it was. */
const mostWaiting = 256 * 1024;

export interface Streams {
  /**
   * Writes what happens to an answer whose head is written by `begin`, until either side ends it.
   * @throws HttpProblem 403 for those who see nothing, 429, 503; Fault if the store is away
   */
  open(who: Principal, from: EventPlace | undefined, begin: () => ServerResponse): Promise<void>;
  readonly size: number;
  /** Ends all, and takes no more. */
  close(): void;
}

interface Stream {
  readonly who: Principal;
  readonly key: string;
  readonly view: EventView;
  response: ServerResponse | undefined;
  following: Following | undefined;
  /** What came before the head was written. */
  early: string[];
  checked: number;
  over: boolean;
}

export function createStreams(deps: StreamDeps, limits: StreamLimits = usualStreams): Streams {
  const streams = new Set<Stream>();
  const counts = new Map<string, number>();
  const text = eventText();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const end = (stream: Stream): void => {
    if (stream.over) return;
    stream.over = true;
    stream.following?.end();
    streams.delete(stream);
    const left = (counts.get(stream.key) ?? 1) - 1;
    if (left === 0) counts.delete(stream.key);
    else counts.set(stream.key, left);
    // Whoever does not read is not waited for.
    if (stream.response?.writableNeedDrain === true) stream.response.destroy();
    else stream.response?.end();
    if (streams.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const write = (stream: Stream, words: string): void => {
    const { response } = stream;
    if (response === undefined) stream.early.push(words);
    else {
      response.write(words);
      // Ended by force: an orderly end would wait for what is not read.
      if (response.writableLength > mostWaiting) response.destroy();
    }
  };
  const check = async (stream: Stream): Promise<void> => {
    stream.checked = performance.now();
    try {
      if (!(await deps.stillIn.is(stream.who))) end(stream);
    } catch (error) {
      deps.log.debug('it is not known whether a stream may go on', { error });
    }
  };
  const tell = (stream: Stream, told: Told): void => {
    if (stream.over) return;
    if (told.kind === 'over') end(stream);
    else if (told.kind === 'reset') write(stream, text.reset(told.place));
    else tellEvent(stream, told.place, told.event);
  };
  const tellEvent = (stream: Stream, place: EventPlace, event: Occurred): void => {
    if (event.type === 'access.ended') {
      if (endsAccessOf(stream.who, event)) end(stream);
      return;
    }
    const seen = seenBy(stream.view, event);
    if (seen !== undefined) write(stream, text.event(stream.view, place, { ...seen, at: event.at }, event));
  };
  const pulse = (): void => {
    const now = performance.now();
    for (const stream of streams) {
      // With its place, so that whoever hears nothing for long comes back to where it was.
      if (stream.following !== undefined)
        write(stream, `: \nid: ${writtenPlace(stream.following.place)}\n\n`);
      if (now - stream.checked > limits.checkMs) void check(stream);
    }
  };
  const admit = (who: Principal): Stream => {
    const view = eventViewOf(who);
    if (view === undefined)
      throw new HttpProblem(403, 'The key does not include this.', { code: 'no-scope' });
    if (closed || streams.size >= limits.inAll)
      throw new HttpProblem(503, 'There are too many who listen here.', { retryAfter: 30 });
    const key = who.kind === 'subscriber' ? `mailbox ${who.mailbox}` : principalKey(who);
    const count = counts.get(key) ?? 0;
    if (count >= limits.perPrincipal * (who.kind === 'operator' ? 4 : 1))
      throw new HttpProblem(429, 'You listen in too many places at once.', { retryAfter: 30 });
    counts.set(key, count + 1);
    const stream: Stream = {
      who,
      key,
      view,
      response: undefined,
      following: undefined,
      early: [],
      checked: performance.now(),
      over: false,
    };
    streams.add(stream);
    timer ??= setInterval(pulse, limits.pulseMs);
    return stream;
  };
  return {
    get size() {
      return streams.size;
    },
    async open(who, from, begin) {
      const stream = admit(who);
      try {
        stream.following = await deps.events.follow(from, (told) => tell(stream, told));
      } catch (error) {
        end(stream);
        throw error;
      }
      const response = begin();
      response.once('close', () => end(stream)).on('error', () => end(stream));
      response.write(text.first(stream.following.place) + stream.early.join(''));
      stream.early = [];
      stream.response = response;
      if (stream.over || closed || response.destroyed) {
        stream.following.end();
        response.end();
        end(stream);
      }
    },
    close() {
      closed = true;
      for (const stream of streams) end(stream);
    },
  };
}
