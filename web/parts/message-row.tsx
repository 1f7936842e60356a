/** A message in the list: who, what, when, in two lines. */
import type { MessageItem } from '../api/messages.ts';
import { addressOf } from '../state/places.ts';
import { cursor, folder } from '../state/inbox.ts';
import { senderName } from '../words/people.ts';
import { clock, longTime, shortTime } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';

export function MessageRow({ item, isOpen }: { readonly item: MessageItem; readonly isOpen: boolean }) {
  const { list, one } = words.value;
  const isNew = item.state === 'new';
  const isCursor = cursor.value === item.id;
  const name = senderName(words.value, item);
  return (
    <a
      class={`row${isNew ? ' is-new' : ''}${isOpen ? ' is-open' : ''}${isCursor ? ' is-cursor' : ''}`}
      href={addressOf(folder.value, item.id)}
      id={`row-${item.id}`}
      aria-current={isOpen ? 'true' : undefined}
      onFocus={() => (cursor.value = item.id)}
    >
      <Avatar item={item} />
      <span class="row-body">
        <span class="row-top">
          {isNew ? <span class="heard-only">{list.unread}: </span> : null}
          <span class="row-name">{name}</span>
          {item.urgent ? (
            <span class="badge urgent">
              <Icon name="urgent" size={12} />
              {list.urgent}
            </span>
          ) : null}
          <time dateTime={item.received} title={longTime(item.received)}>
            {shortTime(item.received)}
          </time>
        </span>
        <span class="row-below">
          <span class="row-kind">
            <Icon name={item.kind} size={14} />
            {measure(item) ?? one[item.kind]}
          </span>
          {/* Not beside the number, which it would leave no room. */}
          {item.from.attestation === 'failed' ? <span class="badge urgent">{list.falseNumber}</span> : null}
          <span class="row-preview">{previewOf(item)}</span>
          {item.archived ? <Icon name="file" size={14} /> : null}
        </span>
      </span>
    </a>
  );
}

function measure({ durationMs, pages }: MessageItem): string | undefined {
  if (durationMs !== undefined) return clock(durationMs);
  return pages === undefined ? undefined : words.value.list.pages(pages);
}

function previewOf({ subject, preview }: MessageItem): string {
  if (subject !== undefined && preview !== undefined) return `${subject} · ${preview}`;
  return subject ?? preview ?? '';
}
