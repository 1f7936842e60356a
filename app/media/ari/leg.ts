import { Fault } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { HeldTags } from '../parts/held-tags.ts';
import { Keys } from '../parts/keys.ts';
import { after } from '../parts/timer.ts';
import { AriDown, AriError } from './wire/errors.ts';
import type { Query } from './wire/client.ts';
import type { LiveRecording } from './wire/resources.ts';

/** The connection as calls use it. */
export interface Link {
  request(method: string, uri: string, query?: Query, body?: unknown): Promise<unknown>;
  /** Sends what was asked so far at once; otherwise it waits for the end of the event loop's turn. */
  flush(): void;
  /** Resolves when connected and what was missed meanwhile has been caught up, or when `signal` aborts. */
  ready(signal: AbortSignal): Promise<void>;
  /** Has the events of a channel sent to our application wherever the channel goes. */
  subscribe(channel: string): Promise<unknown>;
  /** Unique over restarts of this process. */
  newId(kind: string): string;
}

export interface Command {
  readonly method: 'POST' | 'DELETE';
  readonly uri: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** What the command makes: looked for before the command is repeated after a loss of connection. */
  readonly makes?: string;
  /** The switch may still be at the end of the one before and say 409: the command is then tried again for a while. */
  readonly mayCollide?: boolean;
}

/** One for all: making an error with its stack for each call costs. */
const goneReason = new Error('the call is gone');
const collisionTries = 20;
const collisionPauseMs = 50;

interface Running {
  readonly id: string;
  /** The switch has confirmed it. */
  posted: boolean;
}

/** One channel at the switch while it is in our application: what is known of it and what it is doing. */
export class Leg {
  readonly id: string;
  readonly keys = new Keys();
  readonly log: Log;
  /** The far side has hung up; the end of the leg follows at once. */
  hungUp = false;
  hangupCause: number | undefined;
  playback: (Running & { readonly finish: (state: string) => void }) | undefined;
  /** `id` is the recording's name. `undefined` = it has ended, how is not known. */
  recording: (Running & { readonly finish: (end: RecordingEnd) => void }) | undefined;
  /** Names of recordings that belong to this call and are nobody else's yet. */
  readonly tags: HeldTags;
  /** The dialplan has the channel, which leaves our application with its end still to come. */
  inDialplan = false;
  /** A fax tone was heard: the channel comes anew. */
  becameFax = false;
  readonly #link: Link;
  readonly #gone = new AbortController();
  #end: 'ended' | 'detached' | undefined;

  constructor(id: string, link: Link, log: Log, tags: HeldTags) {
    this.tags = tags;
    this.id = id;
    this.#link = link;
    this.log = log;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** `ended` = the channel is no more or not ours; `detached` = it may live on, this process lets go of it. */
  get end(): 'ended' | 'detached' | undefined {
    return this.#end;
  }

  /** Waits so long, or until gone. */
  goneWithin(ms: number): Promise<boolean> {
    if (this.gone.aborted) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.gone.removeEventListener('abort', done);
        resolve(this.gone.aborted);
      };
      const cancel = after(ms, done);
      this.gone.addEventListener('abort', done);
    });
  }

  /** Resolves when the leg is gone. */
  ended(): Promise<void> {
    if (this.gone.aborted) return Promise.resolve();
    return new Promise((resolve) => this.gone.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** Resolves when the switch is there again, or the leg is gone. */
  ready(): Promise<void> {
    return this.#link.ready(this.gone);
  }

  /** Events of the channel come also when it has left the application. @throws AriError, AriDown, AriTimeout */
  subscribe(): Promise<unknown> {
    return this.#link.subscribe(this.id);
  }

  newId(kind: string): string {
    return this.#link.newId(kind);
  }

  finish(how: 'ended' | 'detached'): void {
    if (this.#end !== undefined) return;
    this.#end = how;
    this.#gone.abort(goneReason);
  }

  /** A request about this leg that changes nothing; `undefined` if there is no such thing. */
  async find(uri: string): Promise<unknown> {
    try {
      return await this.#link.request('GET', uri);
    } catch (error) {
      if (error instanceof AriError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** One request without repetition. @throws AriError, AriDown, AriTimeout */
  ask(method: 'POST' | 'DELETE', uri: string, query?: Query): Promise<unknown> {
    return this.#link.request(method, uri, query);
  }

  /** Fire and forget, where failing does not matter. */
  tell(method: 'POST' | 'DELETE', uri: string, query?: Query): void {
    this.#link.request(method, uri, query).catch((error: unknown) => {
      this.log.debug('a command came too late', { uri, error: String(error) });
    });
  }

  /** Sends what was asked so far at once. */
  flush(): void {
    this.#link.flush();
  }

  /**
   * Does a command; over a loss of connection it waits for the next one and does it again.
   * @throws Fault `media-failed` if the switch refuses for another reason than that the leg is gone.
   */
  async command(command: Command): Promise<'ok' | 'gone'> {
    let collisions = 0;
    let unsure = false;
    for (;;) {
      if (this.gone.aborted) return 'gone';
      try {
        if (unsure && command.makes !== undefined && (await this.find(command.makes)) !== undefined)
          return 'ok';
        await this.#link.request(command.method, command.uri, command.query, command.body);
        return 'ok';
      } catch (error) {
        if (this.gone.aborted) return 'gone';
        if (error instanceof AriError && error.status === 409 && command.mayCollide) {
          if (++collisions > collisionTries) throw asFault(error);
          await this.goneWithin(collisionPauseMs);
          // What is there is what it collided with, not what it makes.
          unsure = false;
          continue;
        }
        if (error instanceof AriError && error.channelGone) {
          this.finish('ended');
          return 'gone';
        }
        if (!(error instanceof AriDown)) throw asFault(error);
        unsure = true;
        await this.#link.ready(this.gone);
      }
    }
  }
}

export type RecordingEnd = LiveRecording | 'failed' | undefined;

/** Any error of the wire as one that may cross the room. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof AriError)
    return new Fault('media-failed', text, { temporary: error.status >= 500, cause: error });
  return new Fault('media-unavailable', text, { temporary: true, cause: error });
}
