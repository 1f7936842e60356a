/** Who or what a message is from, in a small round picture. */
import type { MessageItem } from '../api/messages.ts';
import { initials } from '../words/people.ts';
import { Icon } from './icon.tsx';

export function Avatar({
  item,
  large = false,
}: {
  readonly item: Pick<MessageItem, 'from' | 'kind'>;
  readonly large?: boolean;
}) {
  const letters = initials(item);
  const who = item.from.number ?? item.from.address ?? letters;
  const tone = Array.from(who).reduce((sum, one) => sum + (one.codePointAt(0) ?? 0), 0) % 5;
  return (
    <span class={`avatar tone-${tone}${large ? ' large' : ''}`} aria-hidden="true">
      {letters === '' ? <Icon name={item.kind} size={large ? 24 : 20} /> : letters}
    </span>
  );
}
