/** Gets what a text only names: pictures, films and sounds, each within limits, and what of them is left out and why. */
import { contentTypeOf } from '../core/message/content-type.ts';
import { soundLength } from '../core/message/sound-length.ts';
import type { Omitted } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { FetchResult, Fetcher } from '../ports/fetch.ts';
import type { MediaReference } from '../ports/media.ts';
import type { DepositPart } from '../ports/spool.ts';

/** Most pieces of one text; carriers allow ten. */
const mostPieces = 10;
/** Most of one piece and of all of them, in bytes. A carrier's whole MMS is 5 MB at most. */
const mostOfOne = 10 * 1_048_576;
const mostOfAll = 15 * 1_048_576;
/** Longest wait for one piece and for all of them, in milliseconds. */
const pieceMs = 10_000;
const allMs = 20_000;
const mostOfName = 200;

export interface TextMedia {
  readonly parts: readonly DepositPart[];
  readonly omitted: readonly Omitted[];
  /** Something could not be had now, and may be later. */
  readonly lacking: boolean;
}

/** One after the other: a message of many pieces must not fill memory or line. */
export async function fetchMedia(
  media: readonly MediaReference[],
  { fetcher, clock }: { readonly fetcher: Fetcher; readonly clock: Clock },
): Promise<TextMedia> {
  const parts: DepositPart[] = [];
  const omitted: Omitted[] = [];
  let lacking = false;
  let left = mostOfAll;
  const end = clock.now().getTime() + allMs;
  for (const [i, reference] of media.entries()) {
    const leave = (why: Omitted['why']): void => void omitted.push(omittedOf(reference, why));
    if (i >= mostPieces) {
      leave('too-many');
      continue;
    }
    const timeoutMs = Math.max(1, Math.min(pieceMs, end - clock.now().getTime()));
    const result = await fetcher.get(reference.url, { maxBytes: Math.min(mostOfOne, left), timeoutMs });
    if (result.kind !== 'fetched') {
      lacking ||= result.kind === 'unreachable';
      leave(reasons[result.kind]);
      continue;
    }
    left -= result.bytes.length;
    const contentType = contentTypeOf(saidType(result.contentType, reference.contentType), result.bytes);
    if (contentType === undefined || result.bytes.length === 0) leave('unreadable');
    else parts.push(partOf(contentType, result.bytes));
  }
  return { parts, omitted, lacking };
}

function partOf(contentType: string, bytes: Uint8Array): DepositPart {
  const durationMs = soundLength(contentType, bytes);
  return { contentType, ...(durationMs === undefined ? {} : { durationMs }), bytes };
}

const reasons: Readonly<Record<Exclude<FetchResult['kind'], 'fetched'>, Omitted['why']>> = {
  'too-large': 'too-large',
  unsafe: 'unsafe',
  refused: 'unreachable',
  unreachable: 'unreachable',
};

/** Servers that know no better say `application/octet-stream`. */
function saidType(byServer: string | undefined, byNetwork: string | undefined): string | undefined {
  const vague = byServer === undefined || /^(application|binary)\/octet-stream\b/i.test(byServer);
  return vague ? (byNetwork ?? byServer) : byServer;
}

function omittedOf({ url, contentType }: MediaReference, why: Omitted['why']): Omitted {
  return {
    why,
    name: url.slice(0, mostOfName),
    ...(contentType === undefined ? {} : { contentType: contentType.slice(0, 100) }),
  };
}
