/** What waits in a mailbox, said when it is opened. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import { fullnessOf, type Limits } from '../../core/mailbox/room.ts';
import type { MessageKind } from '../../core/profile/class-of-service.ts';
import type { Noun } from '../../core/prompt/noun.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import { prompt } from '../flow.ts';

const nouns: Readonly<Record<MessageKind, Noun>> = {
  voice: 'voice-message',
  fax: 'fax',
  text: 'text',
  email: 'email',
  image: 'image',
  video: 'video',
};

/** "You have three new messages, including one urgent message, and two saved messages"; by kind where there are several. */
export function status({ counts, byKind }: Mailbox): PlayItem[] {
  if (counts.new <= 0 && counts.old <= 0) return [prompt('mailbox-empty')];
  const kinds = (Object.keys(nouns) as MessageKind[])
    .map((kind) => ({ kind: 'count', value: byKind[kind]?.new ?? 0, noun: nouns[kind] }) as const)
    .filter(({ value }) => value > 0);
  const parts: PlayItem[] = [
    ...(counts.urgent > 0 ? [count(counts.urgent, 'urgent-message')] : []),
    ...(kinds.length > 1 ? kinds : []),
  ];
  return [
    prompt('you-have'),
    count(counts.new, 'new-message'),
    ...(parts.length > 0 ? [prompt('including'), ...parts] : []),
    ...(counts.old > 0 ? [prompt('and-also'), count(counts.old, 'saved-message')] : []),
  ];
}

function count(value: number, noun: Noun): PlayItem {
  return { kind: 'count', value, noun };
}

/** From this share on its owner is told how full a mailbox is, in percent. */
const nearlyFull = 90;

/** How full it is, where that should be known. */
export function fullness(mailbox: Mailbox, limits: Limits): PlayItem[] {
  const { percent } = fullnessOf(mailbox, limits);
  if (percent < nearlyFull) return [];
  if (percent >= 100) return [prompt('own-mailbox-full')];
  return [prompt('own-mailbox-is'), { kind: 'number', value: percent }, prompt('percent-full')];
}
