import type { PlayItem } from '../../../app/core/prompt/play-item.ts';
import type { PromptName } from '../../../app/core/prompt/prompt-name.ts';

/** A prompt as an item. Worlds with real sound make `greeting-default` and `enter-reference` last for seconds. */
export function prompt(name: PromptName): PlayItem {
  return { kind: 'prompt', name };
}

export const language = 'en';
