/** Tables of text as spreadsheets write them. */
export interface Tables {
  /**
   * The rows of a table, the header first; empty lines are left out. A line that cannot be read comes as `unreadable` and
   * does not end the table. At most one line is in memory.
   */
  read(bytes: AsyncIterable<Uint8Array>): AsyncIterable<TableRow>;
  /** One row as a line with its end. */
  write(cells: readonly string[]): string;
}

export type TableRow =
  | { readonly kind: 'row'; /** From 1. */ readonly line: number; readonly cells: readonly string[] }
  | {
      readonly kind: 'unreadable';
      readonly line: number;
      readonly why: 'not-utf-8' | 'too-long' | 'quotes';
      /** Begin of the line, as far as it is text. */
      readonly found: string;
    };
