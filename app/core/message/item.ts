/** A message as lists show it to programs: plain values, times in RFC 3339. */
import type { MessageBrief } from './brief.ts';

/** Characters of the first words. */
const previewLength = 200;

export interface MessageItem extends Omit<MessageBrief, 'received' | 'transcript' | 'tier'> {
  readonly received: string;
  readonly archived: boolean;
  /** The first words that were written or understood. */
  readonly preview?: string;
}

export function itemOf(brief: MessageBrief): MessageItem {
  const { received, transcript, tier, from, ...rest } = brief;
  const preview = transcript === undefined ? '' : firstWords(transcript);
  return {
    ...rest,
    from: { ...from },
    received: received.toISOString(),
    archived: tier === 'archived',
    ...(preview === '' ? {} : { preview }),
  };
}

function firstWords(text: string): string {
  const words = text
    .slice(0, 4 * previewLength)
    .replaceAll(/\s+/g, ' ')
    .trim();
  const characters = Array.from(words);
  return characters.length <= previewLength ? words : `${characters.slice(0, previewLength - 1).join('')}…`;
}
