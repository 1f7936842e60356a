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

/** Field by field: copying the rest of an object costs several times as much, and pages have a hundred of these. */
export function itemOf(brief: MessageBrief): MessageItem {
  const { subject, durationMs, pages, transcript } = brief;
  const item: { -readonly [Key in keyof MessageItem]: MessageItem[Key] } = {
    id: brief.id,
    mailbox: brief.mailbox,
    kind: brief.kind,
    from: { ...brief.from },
    received: brief.received.toISOString(),
    state: brief.state,
    urgent: brief.urgent,
    confidential: brief.confidential,
    parts: brief.parts,
    archived: brief.tier === 'archived',
    version: brief.version,
  };
  if (subject !== undefined) item.subject = subject;
  if (durationMs !== undefined) item.durationMs = durationMs;
  if (pages !== undefined) item.pages = pages;
  const preview = transcript === undefined ? '' : firstWords(transcript);
  if (preview !== '') item.preview = preview;
  return item;
}

function firstWords(text: string): string {
  const words = text
    .slice(0, 4 * previewLength)
    .replaceAll(/\s+/g, ' ')
    .trim();
  // A character has one unit or two.
  if (words.length <= previewLength) return words;
  const characters = Array.from(words);
  return characters.length <= previewLength ? words : `${characters.slice(0, previewLength - 1).join('')}…`;
}
