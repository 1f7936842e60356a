import type { Noun } from './noun.ts';
import type { PromptName } from './prompt-name.ts';

/** One thing to play. Adapters turn `say` items into clips with core/prompt/say, and clips into sound. */
export type PlayItem =
  | { readonly kind: 'prompt'; readonly name: PromptName }
  | { readonly kind: 'stored'; readonly media: StoredSound }
  /** Digit by digit. */
  | { readonly kind: 'digits'; readonly digits: string }
  /** A cardinal number, 0 to 999,999. */
  | { readonly kind: 'number'; readonly value: number }
  /** A number with its noun, in the right plural and gender: "no new messages", "one fax". 0 to 999,999. */
  | { readonly kind: 'count'; readonly value: number; readonly noun: Noun }
  /** Hours, minutes and seconds; a part of a second counts as one. */
  | { readonly kind: 'duration'; readonly ms: number }
  /** Date and time of day in a zone. */
  | { readonly kind: 'time'; readonly at: Date; readonly now: Date; readonly timeZone: string }
  | { readonly kind: 'silence'; readonly ms: number };

/** Sound with its bytes at hand, as the media store gave it. */
export interface StoredSound {
  /** Stable name, used as cache key. */
  readonly id: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}
