/**
 * Message waiting lamps follow the store: what is shown is always read from there, so that a lamp which is set late, twice,
 * or again after the switch forgot it, is right all the same.
 */
import { isTemporary } from '../core/errors.ts';
import type { MailboxId } from '../core/ids.ts';
import { darkLamp, lampClasses } from '../core/mailbox/lamp.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MediaServer } from '../ports/media.ts';
import type { MailboxStore, Store } from '../ports/store.ts';
import type { Profiles } from './profile.ts';

export interface LampDeps {
  readonly store: {
    readonly mailboxes: Pick<Store['mailboxes'], 'get' | 'find' | 'freed' | 'list' | 'withMessages'>;
  };
  readonly media: Pick<MediaServer, 'setLamp' | 'starts'>;
  readonly profiles: Pick<Profiles, 'of'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether any class of service has a lamp, without which no mailbox is looked at; default true. */
  readonly anyLamp?: () => boolean;
  /** Most lamps a second where many are set one after the other; default 50. */
  readonly perSecond?: number;
  /** How long after a round through all mailboxes the next one begins, in milliseconds; default 10 minutes. */
  readonly roundMs?: number;
}

export interface Lamps {
  /**
   * Shows what the store has of this mailbox now, at all its numbers, if its class has a lamp. One that cannot be set is
   * tried again by `reconcile`. @throws Fault of the store or the switch
   */
  publish(mailbox: MailboxId): Promise<void>;
  /** Sets all lamps anew whenever the switch started; until the signal. */
  follow(signal: AbortSignal): Promise<void>;
  /** Puts out the lamps of numbers that lead to no mailbox any more, tries again what failed and, when it is time for a round, sets all lamps anew: whatever made them wrong. */
  reconcile(signal: AbortSignal): Promise<void>;
}

const pageSize = 200;
/** More failed ones than this are not remembered one by one: all are set again. */
const mostFailed = 5000;
/** A new controller sees to the numbers that were taken from their mailboxes in so long, in milliseconds. */
const freedMs = 86_400_000;
/** A number is noted so long before it is free, at most, in milliseconds. */
const freeingMs = 60_000;
/** Each so manieth round also takes the mailboxes without messages. */
const wholeEvery = 6;

export function createLamps(deps: LampDeps): Lamps {
  return new StoreLamps(deps);
}

class StoreLamps implements Lamps {
  readonly #deps: LampDeps;
  /** By mailbox: what is being shown, and what will be right after it. */
  readonly #showing = new Map<MailboxId, { now: Promise<void>; next?: Promise<void> }>();
  readonly #failed = new Set<MailboxId>();
  /** All lamps may be wrong. */
  #missed = false;
  #rounds = 0;
  #swept: number | undefined;
  /** Up to when numbers without a mailbox are seen to. */
  #freed: number | undefined;

  constructor(deps: LampDeps) {
    this.#deps = deps;
  }

  publish(mailbox: MailboxId): Promise<void> {
    const running = this.#showing.get(mailbox);
    // What is being shown may have been read before the change that this is about.
    if (running !== undefined) return (running.next ??= this.#after(running, mailbox));
    const now = this.#show(mailbox);
    const entry = { now };
    this.#showing.set(mailbox, entry);
    this.#forgetAfter(mailbox, entry);
    return now;
  }

  async follow(signal: AbortSignal): Promise<void> {
    let last = new AbortController();
    let running: Promise<void> = Promise.resolve();
    let whole = true;
    for await (const started of this.#deps.media.starts(signal)) {
      this.#deps.log.info('the switch has started', { started });
      last.abort();
      last = new AbortController();
      running = this.#sweepOrMiss(whole, AbortSignal.any([signal, last.signal]));
      // What this controller's predecessor left undone may be a lamp to put out; a new switch has none lit.
      whole = false;
    }
    await running;
  }

  async reconcile(signal: AbortSignal): Promise<void> {
    for (const mailbox of this.#failed) {
      if (signal.aborted) return;
      await this.publish(mailbox);
    }
    const { anyLamp, clock, roundMs = 600_000 } = this.#deps;
    const now = clock.now().getTime();
    if (anyLamp?.() !== false) await this.#putOut(now, signal);
    this.#swept ??= now;
    if (!this.#missed && now - this.#swept < roundMs) return;
    this.#rounds++;
    await this.#sweepOrMiss(this.#missed || this.#rounds % wholeEvery === 0, signal);
  }

  #after(running: { now: Promise<void>; next?: Promise<void> }, mailbox: MailboxId): Promise<void> {
    const show = () => {
      delete running.next;
      running.now = this.#show(mailbox);
      this.#forgetAfter(mailbox, running);
      return running.now;
    };
    return running.now.then(show, show);
  }

  #forgetAfter(mailbox: MailboxId, entry: { now: Promise<void>; next?: Promise<void> }): void {
    const over = () => {
      if (entry.next === undefined) this.#showing.delete(mailbox);
    };
    entry.now.then(over, over);
  }

  async #show(id: MailboxId): Promise<void> {
    try {
      const mailbox = await this.#deps.store.mailboxes.get(id);
      if (mailbox !== undefined && this.#isLit(mailbox)) {
        const classes = lampClasses(mailbox);
        for (const number of [mailbox.number, ...mailbox.aliases])
          await this.#deps.media.setLamp({ mailbox: number, classes });
      }
      this.#failed.delete(id);
    } catch (error) {
      if (!isTemporary(error)) this.#failed.delete(id);
      else if (this.#failed.size < mostFailed) this.#failed.add(id);
      else this.#missed = true;
      throw error;
    }
  }

  /** At numbers that led to a mailbox and lead to none, or to one without a lamp. */
  async #putOut(now: number, signal: AbortSignal): Promise<void> {
    const { store, media, log } = this.#deps;
    const since = this.#freed ?? now - freedMs;
    try {
      for (const number of await store.mailboxes.freed(new Date(since))) {
        if (signal.aborted) return;
        const mailbox = await store.mailboxes.find(number);
        if (mailbox !== undefined && this.#isLit(mailbox)) await this.publish(mailbox.id);
        else await media.setLamp({ mailbox: number, classes: darkLamp });
        await pause(this.#pauseMs);
      }
      // Of the latest some may have been looked at before they were free.
      this.#freed = now - freeingMs;
    } catch (error) {
      log.warn('lamps of removed numbers are put out later', { error });
    }
  }

  get #pauseMs(): number {
    return 1000 / (this.#deps.perSecond ?? 50);
  }

  #isLit(mailbox: Mailbox): boolean {
    return this.#deps.profiles.of(mailbox).lamp;
  }

  async #sweepOrMiss(whole: boolean, signal: AbortSignal): Promise<void> {
    const { anyLamp, clock, log, store } = this.#deps;
    const { mailboxes } = store;
    if (anyLamp?.() === false) {
      // Should a class get one, its mailboxes are all to be shown.
      this.#missed = true;
      return;
    }
    try {
      await this.#sweep((after) => mailboxes.withMessages(after, pageSize), signal);
      if (whole) await this.#sweep((after) => mailboxes.list(after, pageSize), signal);
      if (signal.aborted) return;
      this.#missed = false;
      this.#swept = clock.now().getTime();
    } catch (error) {
      this.#missed = true;
      log.warn('lamps are not all set; they will be', { error });
    }
  }

  /** One after the other, not too fast for the switch. Ends with the first that cannot be set for now. */
  async #sweep(
    page: (after: MailboxId | undefined) => ReturnType<MailboxStore['list']>,
    signal: AbortSignal,
  ): Promise<void> {
    let after: MailboxId | undefined;
    for (;;) {
      const found = await page(after);
      for (const mailbox of found) {
        if (signal.aborted) return;
        if (!this.#isLit(mailbox)) continue;
        await this.publish(mailbox.id).catch((error: unknown) => {
          if (isTemporary(error)) throw error;
          this.#deps.log.warn('lamp not set', { error, mailbox: mailbox.id });
        });
        await pause(this.#pauseMs);
      }
      after = found.at(-1)?.id;
      if (found.length < pageSize) return;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
