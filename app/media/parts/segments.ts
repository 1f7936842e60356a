/** What can be played in one go. */
export type Segment =
  | {
      readonly kind: 'media';
      readonly media: readonly Medium[];
      /** So much of the first medium is skipped. */
      readonly offsetMs: number;
      /** What is played, without what is skipped. */
      readonly ms: number;
    }
  | { readonly kind: 'pause'; readonly ms: number };

export interface Medium {
  /** As the switch plays it. */
  readonly uri: string;
  readonly ms: number;
}

type Media = Extract<Segment, { kind: 'media' }>;

/**
 * Leaves out the first `fromMs` milliseconds of segments. A medium that is entered in its middle is a segment of its
 * own: an offset that is asked for a list belongs to each of its media.
 * @returns what is left, and how much was left out: `fromMs`, or the whole if that is less
 */
export function skip(
  segments: readonly Segment[],
  fromMs: number,
): { readonly rest: readonly Segment[]; readonly skippedMs: number } {
  const rest: Segment[] = [];
  // Not a number counts as 0.
  let left = fromMs > 0 ? fromMs : 0;
  let skippedMs = 0;
  for (const segment of segments) {
    if (left > 0) {
      const skipped = Math.min(left, segment.ms);
      left -= skipped;
      skippedMs += skipped;
      if (skipped < segment.ms) rest.push(...tail(segment, skipped));
    } else rest.push(segment);
  }
  return { rest, skippedMs };
}

function tail(segment: Segment, fromMs: number): readonly Segment[] {
  if (segment.kind === 'pause') return [{ kind: 'pause', ms: segment.ms - fromMs }];
  let before = 0;
  let at = 0;
  for (const medium of segment.media) {
    if (before + medium.ms > fromMs) break;
    before += medium.ms;
    at++;
  }
  const [first, ...others] = segment.media.slice(at);
  if (first === undefined) return [];
  const offsetMs = Math.round(fromMs - before);
  if (offsetMs === 0) return [media([first, ...others])];
  const entered: Media = { kind: 'media', media: [first], offsetMs, ms: first.ms - offsetMs };
  return others.length === 0 ? [entered] : [entered, media(others)];
}

function media(list: Media['media']): Media {
  return { kind: 'media', media: list, offsetMs: 0, ms: list.reduce((sum, { ms }) => sum + ms, 0) };
}
