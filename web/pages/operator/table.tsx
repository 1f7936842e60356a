/** A table that scrolls by itself, also by keys, and says so where it is empty; on a phone each row is a card. */
import type { ComponentChildren } from 'preact';
import { Button } from '../../parts/button.tsx';
import { operatorWords } from '../../words/operator.ts';

interface TableProps<T> {
  readonly label: string;
  /** Absent: they are on their way. */
  readonly items: readonly T[] | undefined;
  /** They were not to be had; this asks once more. */
  readonly again?: (() => unknown) | undefined;
  readonly keyOf: (item: T) => string;
  readonly columns: readonly Column<T>[];
  /** In place of the usual words where there is nothing. */
  readonly none?: string;
}

type Column<T> = readonly [
  head: string,
  cell: (item: T) => ComponentChildren,
  look?: 'figure' | 'row-actions',
];

export function Table<T>({ label, items, again, keyOf, columns, none }: TableProps<T>) {
  if (items === undefined) return again === undefined ? <Waiting /> : <NotRead again={again} />;
  if (items.length === 0) return <p class="none">{none ?? operatorWords.value.none}</p>;
  return (
    <div class="table-frame" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(([head, , look]) => (
              <th key={head} scope="col" class={look}>
                {look === 'row-actions' ? <span class="heard-only">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(([head, cell, look]) => (
                <td key={head} class={look} data-head={look === 'row-actions' ? undefined : head}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function NotRead({ again }: { readonly again: () => unknown }) {
  const said = operatorWords.value;
  return (
    <div class="none not-read">
      <p role="alert">{said.notRead}</p>
      <Button onClick={() => void again()}>{said.again}</Button>
    </div>
  );
}

export function Waiting() {
  return (
    <div class="table-waiting" aria-busy="true">
      <span class="skeleton line" />
      <span class="skeleton line" />
      <span class="skeleton line short" />
    </div>
  );
}
