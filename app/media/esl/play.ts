import type { PlayEnd, PlayResult } from '../../ports/media.ts';
import { skip, type Segment } from '../parts/segments.ts';
import { after } from '../parts/timer.ts';
import type { Leg } from './leg.ts';

export interface PlayStop {
  /** Keys that stop the playing and are taken out of the buffer. */
  readonly until?: string | undefined;
  /** Any key stops the playing and stays in the buffer. */
  readonly typeAhead?: boolean | undefined;
  /** So much of the segments' sound is skipped, in milliseconds. */
  readonly fromMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when the first sound begins. */
  readonly begun?: (() => void) | undefined;
}

/** Longer than this after its known length, a playback counts as played: no event is waited for in vain. */
const graceMs = 5000;

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
    const clock: SoundClock = { startedAt: undefined };
    end = await playSegment(leg, segment, stop, clock);
    playedMs += end.kind === 'done' ? segment.ms : soundOf(clock, segment.ms);
  }
  return { ...end, playedMs: Math.round(playedMs) };
}

/** When the sound of a segment began, in monotonic milliseconds. What the switch tells at the end runs ahead of what was heard. */
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
    let cancelTimer = (): void => undefined;
    const check = (): void => {
      const result = stopped(leg, stop);
      if (result === undefined) return;
      // What has not begun yet would not be broken off.
      if (result.kind !== 'gone' && clock.startedAt !== undefined) leg.line.breakOff();
      settle(result);
    };
    // What is played before this may still be told to begin: this one's turn comes when that is over.
    const turn = (): boolean => {
      if (settled) return false;
      leg.began = () => {
        if (settled) return leg.line.breakOff();
        if (clock.startedAt === undefined) stop.begun?.();
        clock.startedAt ??= performance.now();
      };
      cancelTimer = after(segment.ms + graceMs, () => {
        leg.log.warn('a playback gave no sign of its end; going on', { ms: segment.ms });
        leg.line.breakOff();
        settle({ kind: 'done' });
      });
      return true;
    };
    leg.keys.listener = check;
    leg.gone.addEventListener('abort', check);
    stop.signal?.addEventListener('abort', check);
    leg.line.execute('playback', fileOf(segment), turn).then((event) => {
      if (event === 'gone') return settle({ kind: 'gone' });
      if (event.get('Application-Response') === 'FILE NOT FOUND')
        leg.log.warn('the switch could not play a sound; going on without it');
      settle(
        leg.gone.aborted || event.get('Answer-State') === 'hangup' ? { kind: 'gone' } : { kind: 'done' },
      );
    }, fail);

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
      leg.keys.listener = undefined;
      leg.gone.removeEventListener('abort', check);
      stop.signal?.removeEventListener('abort', check);
    }
  });
}

/** Samples of a telephone's sound in a millisecond. */
const samplesPerMs = 8;

/** What the application `playback` takes: several files are one execution. */
function fileOf(segment: Segment): string {
  if (segment.kind === 'pause') return `silence_stream://${Math.max(1, Math.round(segment.ms))}`;
  const [first = '', ...rest] = segment.media.map(({ uri }) => uri);
  const begin = segment.offsetMs > 0 ? `${first}@@${Math.round(segment.offsetMs * samplesPerMs)}` : first;
  return rest.length === 0 ? begin : `file_string://${[begin, ...rest].join('!')}`;
}
