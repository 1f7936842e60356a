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
  const streams = new OpenStreams(deps, limits);
  return {
    get size() {
      return streams.size;
    },
    open: (who, from, begin) => streams.open(who, from, begin),
    close: () => streams.close(),
  };
}

class OpenStreams implements Streams {
  readonly #deps: StreamDeps;
  readonly #limits: StreamLimits;
  readonly #streams = new Set<Stream>();
  readonly #counts = new Map<string, number>();
  readonly #text = eventText();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(deps: StreamDeps, limits: StreamLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  get size(): number {
    return this.#streams.size;
  }

  async open(...[who, from, begin]: Parameters<Streams['open']>): Promise<void> {
    const stream = this.#admit(who);
    try {
      stream.following = await this.#deps.events.follow(from, (told) => this.#tell(stream, told));
    } catch (error) {
      this.#end(stream);
      throw error;
    }
    const response = begin();
    response.once('close', () => this.#end(stream)).on('error', () => this.#end(stream));
    response.write(this.#text.first(stream.following.place) + stream.early.join(''));
    stream.early = [];
    stream.response = response;
    if (stream.over || this.#closed || response.destroyed) {
      stream.following.end();
      response.end();
      this.#end(stream);
    }
  }

  close(): void {
    this.#closed = true;
    for (const stream of this.#streams) this.#end(stream);
  }

  #end(stream: Stream): void {
    if (stream.over) return;
    stream.over = true;
    stream.following?.end();
    this.#streams.delete(stream);
    const left = (this.#counts.get(stream.key) ?? 1) - 1;
    if (left === 0) this.#counts.delete(stream.key);
    else this.#counts.set(stream.key, left);
    // Whoever does not read is not waited for.
    if (stream.response?.writableNeedDrain === true) stream.response.destroy();
    else stream.response?.end();
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #check(stream: Stream): Promise<void> {
    stream.checked = performance.now();
    try {
      if (!(await this.#deps.stillIn.is(stream.who))) this.#end(stream);
    } catch (error) {
      this.#deps.log.debug('it is not known whether a stream may go on', { error });
    }
  }

  #tell(stream: Stream, told: Told): void {
    if (stream.over) return;
    if (told.kind === 'over') this.#end(stream);
    else if (told.kind === 'reset') write(stream, this.#text.reset(told.place));
    else this.#tellEvent(stream, told.place, told.event);
  }

  #tellEvent(stream: Stream, place: EventPlace, event: Occurred): void {
    if (event.type === 'access.ended') {
      if (endsAccessOf(stream.who, event)) this.#end(stream);
      return;
    }
    const seen = seenBy(stream.view, event);
    if (seen !== undefined)
      write(stream, this.#text.event(stream.view, place, { ...seen, at: event.at }, event));
  }

  #pulse(): void {
    const now = performance.now();
    for (const stream of this.#streams) {
      // With its place, so that whoever hears nothing for long comes back to where it was.
      if (stream.following !== undefined)
        write(stream, `: \nid: ${writtenPlace(stream.following.place)}\n\n`);
      if (now - stream.checked > this.#limits.checkMs) void this.#check(stream);
    }
  }

  /** @throws HttpProblem if the principal may not listen, or there are too many who do */
  #admit(who: Principal): Stream {
    const { inAll, perPrincipal, pulseMs } = this.#limits;
    const view = eventViewOf(who);
    if (view === undefined)
      throw new HttpProblem(403, 'The key does not include this.', { code: 'no-scope' });
    if (this.#closed || this.#streams.size >= inAll)
      throw new HttpProblem(503, 'There are too many who listen here.', { retryAfter: 30 });
    const key = who.kind === 'subscriber' ? `mailbox ${who.mailbox}` : principalKey(who);
    const count = this.#counts.get(key) ?? 0;
    if (count >= perPrincipal * (who.kind === 'operator' ? 4 : 1))
      throw new HttpProblem(429, 'You listen in too many places at once.', { retryAfter: 30 });
    this.#counts.set(key, count + 1);
    const now = performance.now();
    const none = { response: undefined, following: undefined };
    const stream: Stream = { who, key, view, ...none, early: [], checked: now, over: false };
    this.#streams.add(stream);
    this.#timer ??= setInterval(() => this.#pulse(), pulseMs);
    return stream;
  }
}

function write(stream: Stream, words: string): void {
  const { response } = stream;
  if (response === undefined) {
    stream.early.push(words);
    return;
  }
  response.write(words);
  // Ended by force: an orderly end would wait for what is not read.
  if (response.writableLength > mostWaiting) response.destroy();
}
