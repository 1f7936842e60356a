import type { PlayItem } from '../../core/prompt/play-item.ts';
import { clips, type SayItem } from '../../core/prompt/say.ts';
import type { SpeechRules } from '../../core/prompt/speech-rules.ts';
import { bytesPerMs } from './steps.ts';

/** An item as it was played, in milliseconds from its own beginning. */
export interface Playing {
  readonly item: PlayItem;
  readonly fromMs: number;
  toMs: number;
}

/** Every clip lasts so long here, in milliseconds. */
export const clipMs = 1000;

/** Rules of a language, by which numbers and times are put together. */
export type Speech = (language: string) => SpeechRules;

export function lengthMs(item: PlayItem, language: string, speech: Speech | undefined): number {
  if (item.kind === 'stored') return item.media.bytes.length / bytesPerMs;
  if (item.kind === 'silence') return item.ms;
  return item.kind === 'prompt' ? clipMs : said(item, language, speech).length * clipMs;
}

/** What a script may call the item by. */
export function namesOf(item: PlayItem, language: string, speech: Speech | undefined): readonly string[] {
  if (item.kind === 'prompt') return [item.name];
  if (item.kind === 'stored') return [item.media.id];
  return item.kind === 'silence' ? [] : said(item, language, speech);
}

/** The clips of what is put together; one by the name of its kind where no rules are known. */
function said(item: SayItem, language: string, speech: Speech | undefined): readonly string[] {
  return speech === undefined ? [item.kind] : clips(item, speech(language));
}
