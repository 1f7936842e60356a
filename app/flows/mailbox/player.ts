/** Plays the sound of one message from where it is, as fast as the subscriber likes. */
import type { PlayItem, StoredSound } from '../../core/prompt/play-item.ts';
import type { PlayResult } from '../../ports/media.ts';
import type { Session } from './session.ts';

/** Speeds that the keys lead through. */
export const speeds: readonly number[] = [0.75, 1, 1.25, 1.5, 2];
/** How far one key goes back or forward, in milliseconds of the message's own time. */
export const skipMs = 5000;

/** How long another speed may take to be made, in milliseconds: the subscriber hears nothing meanwhile. */
const speedMs = 6000;

export class Player {
  /** Where the message is, in milliseconds of its own time. */
  positionMs = 0;
  readonly #sounds: readonly StoredSound[];
  /** How long the message is; without end where that is not known. */
  readonly #lengthMs: number;
  #over = false;

  /** @param lengthMs playing time by the envelope; 0 = not known */
  constructor(sounds: readonly StoredSound[], lengthMs: number) {
    this.#sounds = sounds;
    this.#lengthMs = lengthMs > 0 ? lengthMs : Infinity;
  }

  /** How long it is, in milliseconds; 0 = not known. */
  get lengthMs(): number {
    return Number.isFinite(this.#lengthMs) ? this.#lengthMs : 0;
  }

  /** It was played to its end. */
  get over(): boolean {
    return this.#over;
  }

  /** Goes so far, at most to the beginning or the end. */
  move(ms: number): void {
    this.positionMs = Math.max(0, Math.min(this.#lengthMs, this.positionMs + ms));
    this.#over = this.positionMs >= this.#lengthMs;
  }

  rewind(): void {
    this.positionMs = 0;
    this.#over = false;
  }

  /** Plays on until a key of `until`, the end or a hang-up. What cannot be had at the session's speed is as it was spoken. */
  async play(session: Session, until: string): Promise<PlayResult> {
    const { call, profile } = session;
    const sounds = await this.#atSpeed(session, session.speed);
    if (sounds === undefined) session.speed = 1;
    const { speed } = session;
    const items = (sounds ?? this.#sounds).map((media): PlayItem => ({ kind: 'stored', media }));
    const played = await call.play(items, {
      language: profile.language,
      until,
      fromMs: this.positionMs / speed,
    });
    this.positionMs = played.playedMs * speed;
    this.#over = played.kind === 'done';
    return played;
  }

  /** Goes over to another speed; false = it cannot be had now, and stays as it is. */
  async changeSpeed(session: Session, speed: number): Promise<boolean> {
    if ((await this.#atSpeed(session, speed)) === undefined) return false;
    session.speed = speed;
    return true;
  }

  async #atSpeed({ call, deps }: Session, speed: number): Promise<readonly StoredSound[] | undefined> {
    if (speed === 1) return this.#sounds;
    const signal = AbortSignal.any([call.gone, AbortSignal.timeout(speedMs)]);
    try {
      return await Promise.all(this.#sounds.map((sound) => deps.transform.tempo(sound, speed, signal)));
    } catch (error) {
      if (!call.gone.aborted) deps.log.warn('a message cannot be played at another speed', { error, speed });
      return undefined;
    }
  }
}
