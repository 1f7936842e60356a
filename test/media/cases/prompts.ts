import type { PlayItem } from '../../../app/core/prompt/play-item.ts';
import type { PromptName } from '../../../app/core/prompt/prompt-name.ts';
import type { PlayEnd, PlayResult } from '../../../app/ports/media.ts';

/** How the playing ended, without where. */
export function endOf(result: PlayResult): PlayEnd {
  return result.kind === 'key' ? { kind: 'key', key: result.key } : { kind: result.kind };
}

/** A prompt as an item. Worlds with real sound make `greeting-default` and `enter-reference` last for seconds. */
export function prompt(name: PromptName): PlayItem {
  return { kind: 'prompt', name };
}

export const language = 'en';
