import type { PlayItem } from '../../core/prompt/play-item.ts';
import { clips } from '../../core/prompt/say.ts';
import { bytesPerMs } from './steps.ts';

/** An item as it was played, in milliseconds from its own beginning. */
export interface Playing {
  readonly item: PlayItem;
  readonly fromMs: number;
  toMs: number;
}

/** Every clip lasts so long here, in milliseconds. */
export const clipMs = 1000;

export function lengthMs(item: PlayItem, language: string): number {
  if (item.kind === 'stored') return item.media.bytes.length / bytesPerMs;
  if (item.kind === 'silence') return item.ms;
  return item.kind === 'prompt' ? clipMs : clips(item, language).length * clipMs;
}

/** What a script may call the item by. */
export function namesOf(item: PlayItem, language: string): readonly string[] {
  if (item.kind === 'prompt') return [item.name];
  if (item.kind === 'stored') return [item.media.id];
  return item.kind === 'silence' ? [] : clips(item, language);
}
