/** Above the list: search and kinds. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { MessageKind } from '../api/messages.ts';
import { folder, kind, list, searched } from '../state/inbox.ts';
import { liveness } from '../state/live.ts';
import { words } from '../words/words.ts';
import { Icon } from './icon.tsx';

const kinds: readonly MessageKind[] = ['voice', 'text', 'email', 'fax', 'image', 'video'];
const typedMs = 250;

/** Counts up when the search field is to have the focus. */
export const searchWanted = signal(0);

export function ListHead() {
  const { folders, list: said } = words.value;
  const { total, items, next } = list.value;
  const count = total ?? (next === undefined ? items.length : undefined);
  const isLive = liveness.value === 'live';
  return (
    <header class="list-head">
      <div class="list-title">
        <h1>{folders[folder.value]}</h1>
        {count === undefined || count === 0 ? null : <span class="muted">{said.count(count)}</span>}
        <span class={isLive ? 'live on' : 'live'} title={isLive ? said.live : said.polling}>
          <span class="heard-only">{isLive ? said.live : said.polling}</span>
        </span>
      </div>
      <Search />
      <Kinds />
    </header>
  );
}

function Search() {
  const { list: said } = words.value;
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  const wanted = searchWanted.value;
  useEffect(() => {
    if (wanted > 0) field.current?.focus();
  }, [wanted]);
  const look = (text: string, ms: number): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => (searched.value = text.trim()), ms);
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        look(field.current?.value ?? '', 0);
      }}
    >
      <Icon name="search" size={18} />
      <input
        ref={field}
        type="search"
        aria-label={said.search}
        placeholder={said.search}
        maxLength={200}
        onInput={({ currentTarget }) => look(currentTarget.value, typedMs)}
        onKeyDown={({ key, currentTarget }) => {
          if (key !== 'Escape') return;
          currentTarget.value = '';
          look('', 0);
          currentTarget.blur();
        }}
      />
    </form>
  );
}

function Kinds() {
  const { kinds: said, nav } = words.value;
  return (
    <div class="chips" role="group" aria-label={nav.filter}>
      <Chip of={undefined} words={said.all} />
      {kinds.map((one) => (
        <Chip key={one} of={one} words={said[one]} />
      ))}
    </div>
  );
}

function Chip({ of, words }: { readonly of: MessageKind | undefined; readonly words: string }) {
  return (
    <button type="button" class="chip" aria-pressed={kind.value === of} onClick={() => (kind.value = of)}>
      {of === undefined ? null : <Icon name={of} size={15} />}
      {words}
    </button>
  );
}
