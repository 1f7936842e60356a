import type { PlayEnd, PlayResult } from '../../ports/media.ts';
import type { Leg } from './leg.ts';
import { skip } from '../parts/segments.ts';
import type { Segment } from '../parts/segments.ts';
import { after } from '../parts/timer.ts';

export interface PlayStop {
  /** Keys that stop the playing and are taken out of the buffer. */
  readonly until?: string | undefined;
  /** Any key stops the playing and stays in the buffer. */
  readonly typeAhead?: boolean | undefined;
  /** So much of the segments' sound is skipped, in milliseconds. */
  readonly fromMs?: number | undefined;
  /** Called when the switch begins to play a segment. */
  readonly begun?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Longer than this after its known length, a playback counts as played: no event is waited for in vain. */
const graceMs = 5000;
/** So long after a failed playback its leg's end may still come. */
const endMs = 100;

/** Plays one segment after the other until they are over or something stops them. */
export async function playSegments(
  leg: Leg,
  segments: readonly Segment[],
  stop: PlayStop,
): Promise<PlayResult> {
  const { rest, skippedMs } = skip(segments, stop.fromMs ?? 0);
  let end: PlayEnd = stopped(leg, stop) ?? { kind: 'done' };
  let playedMs = skippedMs;
  for (const segment of rest) {
    if (end.kind !== 'done') break;
    // Asterisk does not tell where a playback is: this clock does.
    const clock: SoundClock = { startedAt: undefined };
    end = await playSegment(leg, segment, stop, clock);
    playedMs += end.kind === 'done' ? segment.ms : soundOf(clock, segment.ms);
  }
  return { ...end, playedMs: Math.round(playedMs) };
}

/** When the sound of a segment began, in monotonic milliseconds. */
interface SoundClock {
  startedAt: number | undefined;
}

function soundOf({ startedAt }: SoundClock, wholeMs: number): number {
  return startedAt === undefined ? 0 : Math.min(performance.now() - startedAt, wholeMs);
}

function stopped(leg: Leg, stop: PlayStop): PlayEnd | undefined {
  if (leg.gone.aborted) return { kind: 'gone' };
  if (stop.signal?.aborted) return { kind: 'aborted' };
  if (stop.typeAhead) return leg.keys.any ? { kind: 'key', key: '' } : undefined;
  const key = stop.until === undefined ? undefined : leg.keys.take(stop.until);
  return key === undefined ? undefined : { kind: 'key', key };
}

function playSegment(leg: Leg, segment: Segment, stop: PlayStop, clock: SoundClock): Promise<PlayEnd> {
  const already = stopped(leg, stop);
  if (already !== undefined) return Promise.resolve(already);
  return new Promise((resolve, reject) => {
    let settled = false;
    const begun = () => {
      clock.startedAt = performance.now();
      if (playback !== undefined) stop.begun?.();
    };
    const playback =
      segment.kind === 'media' ? startPlayback(leg, segment, { begun, settle, fail }) : undefined;
    if (playback === undefined) begun();
    const limit = segment.ms + (playback === undefined ? 0 : graceMs);
    const cancelTimer = after(limit, () => {
      if (playback !== undefined) {
        leg.log.warn('a playback gave no sign of its end; going on', { media: segment.kind, ms: limit });
        playback.stop();
      }
      settle({ kind: 'done' });
    });
    const check = () => {
      const result = stopped(leg, stop);
      if (result === undefined) return;
      if (result.kind !== 'gone') playback?.stop();
      settle(result);
    };
    leg.keys.listener = check;
    leg.gone.addEventListener('abort', check);
    stop.signal?.addEventListener('abort', check);

    function settle(result: PlayEnd): void {
      if (settled) return;
      cleanUp();
      resolve(result);
    }
    function fail(error: unknown): void {
      if (settled) return;
      cleanUp();
      reject(error);
    }
    function cleanUp(): void {
      settled = true;
      cancelTimer();
      leg.playback = undefined;
      leg.keys.listener = undefined;
      leg.gone.removeEventListener('abort', check);
      stop.signal?.removeEventListener('abort', check);
    }
  });
}

interface PlaybackEvents {
  readonly begun: () => void;
  readonly settle: (result: PlayEnd) => void;
  readonly fail: (error: unknown) => void;
}

function startPlayback(
  leg: Leg,
  segment: Extract<Segment, { kind: 'media' }>,
  { begun, settle, fail }: PlaybackEvents,
): { stop: () => void } {
  const id = leg.newId('play');
  const media = segment.media.map(({ uri }) => uri);
  const playback = {
    id,
    posted: false,
    finish: (state: string) => {
      if (state === 'failed') void failed();
      else settle({ kind: 'done' });
    },
  };
  // A hang-up or a fax tone ends playbacks as failed too; the end of the leg follows at once.
  const failed = async () => {
    if (leg.hungUp) leg.finish('ended');
    else if (!(await leg.goneWithin(endMs))) {
      leg.log.warn('the switch could not play a sound; going on without it', { media });
    }
    settle(leg.gone.aborted ? { kind: 'gone' } : { kind: 'done' });
  };
  leg.playback = playback;
  leg.log.debug('playing', { media, offsetMs: segment.offsetMs });
  const first = media[0] ?? '';
  const single = media.length === 1 && !first.includes(',');
  leg
    .command({
      method: 'POST',
      uri: `channels/${leg.id}/play/${id}`,
      // Only in a body can a list hold paths with commas.
      ...(single
        ? { query: segment.offsetMs > 0 ? { media: first, offsetms: segment.offsetMs } : { media: first } }
        : { body: segment.offsetMs > 0 ? { media, offsetms: segment.offsetMs } : { media } }),
      makes: `playbacks/${id}`,
    })
    .then((result) => {
      playback.posted = true;
      // The switch begins as it answers: within a packet or two of the sound.
      if (result === 'ok') begun();
      if (result === 'gone' && leg.playback === playback) settle({ kind: 'gone' });
    })
    .catch((error: unknown) => {
      if (leg.playback === playback) fail(error);
    });
  return { stop: () => leg.tell('DELETE', `playbacks/${id}`) };
}
