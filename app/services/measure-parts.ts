/** Looks into what came without its length: how long it plays, how many pages it has. */
import { isTimed, mediaType } from '../core/conversion/media-type.ts';
import { playingMs } from '../core/message/heard.ts';
import type { ContentMeter } from '../ports/documents.ts';
import type { DepositPart } from '../ports/spool.ts';

export type PartMeasure = (parts: readonly DepositPart[]) => Promise<DepositPart[]>;

export function createPartMeasure(meter: ContentMeter): PartMeasure {
  return async (parts) => {
    const measured: DepositPart[] = [];
    // One after the other: each may be large.
    for (const part of parts) measured.push(await measure(meter, part));
    return measured;
  };
}

/** @throws Fault `invalid` for sound, a film or a document that is none */
async function measure(meter: ContentMeter, part: DepositPart): Promise<DepositPart> {
  const { contentType, bytes } = part;
  const ms = playingMs(contentType, bytes);
  if (ms > 0) return { ...part, durationMs: ms };
  const type = mediaType(contentType);
  if (!isTimed(type) && type !== 'image/tiff' && type !== 'application/pdf') return part;
  const { durationMs, pages } = await meter.measure({ contentType, bytes });
  return {
    ...part,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(pages === undefined ? {} : { pages }),
  };
}
