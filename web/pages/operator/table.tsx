/** A table that scrolls by itself, also by keys, and says so where it is empty. */
import type { ComponentChildren } from 'preact';
import { operatorWords } from '../../words/operator.ts';

interface TableProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly columns: readonly (readonly [head: string, cell: (item: T) => ComponentChildren])[];
}

export function Table<T>({ label, items, keyOf, columns }: TableProps<T>) {
  if (items.length === 0) return <p class="muted">{operatorWords.value.none}</p>;
  return (
    <div class="table-frame" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(([head]) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(([head, cell]) => (
                <td key={head}>{cell(item)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
