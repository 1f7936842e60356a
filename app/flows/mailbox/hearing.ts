/** What is to be heard of a message: it lies ready, or is made while other things are said. */
import { isTemporary } from '../../core/errors.ts';
import { isPlayableAsItCame, piecesOf } from '../../core/message/heard.ts';
import type { Message } from '../../core/message/message.ts';
import type { StoredSound } from '../../core/prompt/play-item.ts';
import type { PromptName } from '../../core/prompt/prompt-name.ts';
import { readAloud, type Aloud } from '../../services/read-aloud.ts';
import { inTime } from '../../services/in-time.ts';
import { prompt } from '../flow.ts';
import { lengthOf } from './about.ts';
import { Player } from './player.ts';
import { attempt, type Session } from './session.ts';

/** After this the subscriber is told that it takes a moment, in milliseconds. */
const soonMs = 1000;
/** Longest time for it, in milliseconds. */
const longestMs = 15_000;

/** What came of making it; a prompt says what is wrong. */
type Made = Aloud | PromptName;

/** What came of waiting for it: where a key was pressed meanwhile, that is to be obeyed first. */
export type Ready =
  | { readonly kind: 'player'; readonly player: Player }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'problem'; readonly says: PromptName };

/** @returns `undefined` for a message that nothing can be heard of */
export function hearingOf(
  session: Session,
  message: Message,
  sound: readonly StoredSound[] | undefined,
): Hearing | undefined {
  return piecesOf(message).length === 0 ? undefined : new Hearing(session, message, sound);
}

export class Hearing implements Disposable {
  /** Once it is there. */
  player: Player | undefined;
  /** Its bytes are gone: there is nothing to try again. */
  lost = false;
  /** Nothing has to be made. */
  readonly asItCame: boolean;
  /** It has to be fetched from the archive first. */
  readonly #archived: boolean;
  readonly #session: Session;
  readonly #message: Message;
  readonly #left = new AbortController();
  #making: Promise<Made> | undefined;

  /** @param sound where it is at hand already */
  constructor(session: Session, message: Message, sound: readonly StoredSound[] | undefined) {
    this.#session = session;
    this.#message = message;
    this.#archived = message.tier === 'archived';
    this.asItCame = sound !== undefined || (!this.#archived && isPlayableAsItCame(message));
    if (sound !== undefined) this.player = new Player(sound, lengthOf(message));
  }

  /** Begins to make what must be made. */
  begin(): void {
    if (!this.asItCame) this.#making ??= this.#make();
  }

  /** Sound that lies ready, fetched; a prompt says what is wrong with it. */
  async fetch(): Promise<Player | PromptName> {
    const session = this.#session;
    const message = this.#message;
    if (this.player !== undefined) return this.player;
    const found = await attempt(session, () => session.deps.retrieval.sound(message), message);
    if (found === 'failed') return 'not-now';
    if (found.value === undefined) return this.#lost();
    return (this.player = new Player(found.value, lengthOf(message)));
  }

  /** Waits until it is there, has failed or takes too long; `keys` end the waiting. A later try begins anew. */
  async ready(keys: string): Promise<Ready> {
    if (this.player !== undefined) return { kind: 'player', player: this.player };
    if (this.asItCame) return this.#result(await this.fetch());
    const making = (this.#making ??= this.#make());
    const made = (await inTime(making, this.#archived ? 0 : soonMs)) ?? (await this.#wait(making, keys));
    if (typeof made === 'object' && (made.kind === 'key' || made.kind === 'left')) {
      return made.kind === 'key' ? made : { kind: 'gone' };
    }
    this.#making = undefined;
    if (typeof made === 'string') {
      return this.#session.call.gone.aborted ? { kind: 'gone' } : { kind: 'problem', says: made };
    }
    if (made.kind === 'gone') return { kind: 'problem', says: this.#lost() };
    if (made.kind === 'unable') return { kind: 'problem', says: 'cannot-play' };
    return this.#result((this.player = new Player(made.sounds, made.lengthMs)));
  }

  /** Gives up what is being made. */
  [Symbol.dispose](): void {
    this.#left.abort();
  }

  #result(found: Player | PromptName): Ready {
    return typeof found === 'string' ? { kind: 'problem', says: found } : { kind: 'player', player: found };
  }

  #lost(): PromptName {
    this.lost = true;
    this.#session.deps.log.error('a message has lost its sound', { message: this.#message.id });
    return 'reference-deleted';
  }

  /** Never rejects. */
  async #make(): Promise<Made> {
    const { call, profile, deps } = this.#session;
    const signal = AbortSignal.any([call.gone, this.#left.signal, AbortSignal.timeout(longestMs)]);
    try {
      const back = await this.#bringBack(signal);
      if (typeof back === 'string') return back;
      return await readAloud(deps, back, { language: profile.language, signal });
    } catch (error) {
      const given = call.gone.aborted || this.#left.signal.aborted;
      if (!given)
        deps.log[isTemporary(error) ? 'warn' : 'error']('a message could not be made to be heard', {
          error,
          message: this.#message.id,
        });
      return 'not-now';
    }
  }

  /** From the archive, where it lies there. Who gives up waiting finds it there the next time. */
  async #bringBack(signal: AbortSignal): Promise<Message | PromptName> {
    if (!this.#archived) return this.#message;
    const { call, deps } = this.#session;
    try {
      const back = await deps.retrieval.bringBack(this.#message, signal);
      if (back.kind === 'gone') return 'reference-deleted';
      return back.kind === 'damaged' ? 'archive-damaged' : back.message;
    } catch (error) {
      if (!call.gone.aborted && !this.#left.signal.aborted)
        deps.log.warn('a message could not be fetched from the archive', {
          error,
          message: this.#message.id,
        });
      return 'archive-away';
    }
  }

  async #wait(
    making: Promise<Made>,
    keys: string,
  ): Promise<Made | { readonly kind: 'key'; readonly key: string } | { readonly kind: 'left' }> {
    const { call, profile } = this.#session;
    const { language } = profile;
    const over = new AbortController();
    const made = making.finally(() => over.abort());
    const signal = over.signal;
    // That it comes from the archive is said to the end, even where it takes no longer.
    const told = await (this.#archived
      ? call.play([prompt('archive-wait')], { language, until: keys })
      : call.play([prompt('one-moment')], { language, until: keys, signal }));
    if (told.kind === 'key') return { kind: 'key', key: told.key };
    if (told.kind === 'gone') return { kind: 'left' };
    const waited = await call.gather({
      language,
      items: [],
      judge: (digits) => (keys.includes(digits.at(-1) ?? '') ? 'complete' : undefined),
      firstDigitMs: longestMs,
      nextDigitMs: longestMs,
      signal,
    });
    if (waited.kind === 'complete') return { kind: 'key', key: waited.digits.at(-1) ?? '' };
    return waited.kind === 'gone' ? { kind: 'left' } : made;
  }
}
