/** The folder as a list of any length: only the rows in sight are in the document. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { asked, cursor, folder, kind, list, load, more, searched, status, trouble } from '../state/inbox.ts';
import { mailbox } from '../state/mailbox.ts';
import { opened } from '../state/opened.ts';
import { troubleWords } from '../state/toasts.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Empty } from './empty.tsx';
import { MessageRow } from './message-row.tsx';
import { useVirtual } from './virtual.ts';

/** As in the style sheet: `--row`. */
const rowHeight = 76;
/** Rows ahead of those in sight that are read before they are needed. */
const ahead = 150;

export function MessageList({ of }: { readonly of: string }) {
  useEffect(() => void load(of), [of, asked.value]);
  const { failed } = words.value.list;
  if (status.value === 'failed')
    return (
      <div class="list-body">
        <Empty icon="help" title={failed} hint={trouble.value && troubleWords(words.value, trouble.value)}>
          <Button onClick={() => void load(of)}>{words.value.trouble.retry}</Button>
        </Empty>
      </div>
    );
  if (status.value === 'loading') return <SkeletonRows />;
  if (list.value.items.length === 0 && list.value.next === undefined) return <EmptyFolder />;
  return <Rows />;
}

function Rows() {
  const scroller = useRef<HTMLDivElement>(null);
  const { items, next, total } = list.value;
  const count = next === undefined ? items.length : Math.max(items.length + 1, total ?? 0);
  const virtual = useVirtual({
    count,
    height: rowHeight,
    scroller,
    keyOf: (index) => items[index]?.id ?? index,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last + ahead > items.length) void more();
  }, [last, items.length]);
  useStay(scroller, items[0]?.id);
  useFollow(virtual);
  const openId = opened.value.kind === 'none' ? undefined : opened.value.id;
  return (
    <div class="list-body" ref={scroller}>
      <ul style={{ height: `${virtual.getTotalSize()}px` }}>
        {rows.map(({ key, index, start }) => {
          const item = items[index];
          return (
            <li
              key={key}
              aria-setsize={total ?? items.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              {item === undefined ? <SkeletonRow /> : <MessageRow item={item} isOpen={item.id === openId} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Whoever reads further below is not moved by what arrives above. */
function useStay(scroller: { readonly current: HTMLElement | null }, first: string | undefined): void {
  const before = useRef(first);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = first;
    const element = scroller.current;
    if (element === null || old === undefined || old === first || element.scrollTop < rowHeight / 2) return;
    const moved = list.peek().items.findIndex((one) => one.id === old);
    if (moved > 0) element.scrollTop += moved * rowHeight;
  }, [first, scroller]);
}

/** The row that keys went to comes into sight. */
function useFollow(virtual: ReturnType<typeof useVirtual>): void {
  const at = cursor.value;
  useEffect(() => {
    const index = list.peek().items.findIndex((one) => one.id === at);
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
  }, [at, virtual]);
}

function EmptyFolder() {
  const { empty } = words.value.list;
  if (searched.value !== '') return <Empty icon="search" title={empty.search} hint={empty.searchHint} />;
  if (kind.value !== undefined) return <Empty icon={kind.value} title={empty.kind} hint={empty.kindHint} />;
  const hint =
    folder.value === 'trash' ? empty.trashHint(mailbox.value?.trashDays ?? 0) : empty[`${folder.value}Hint`];
  return <Empty icon={folder.value} title={empty[folder.value]} hint={hint} />;
}

function SkeletonRows() {
  return (
    <div class="list-body" aria-busy="true" aria-label={words.value.list.loading} role="status">
      {Array.from({ length: 8 }, (_, i) => (
        <SkeletonRow key={i} />
      ))}
    </div>
  );
}

function SkeletonRow() {
  return (
    <div class="row skeleton-row" aria-hidden="true">
      <span class="skeleton round" />
      <span class="row-body">
        <span class="skeleton line" />
        <span class="skeleton line short" />
      </span>
    </div>
  );
}
