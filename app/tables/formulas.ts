/**
 * Cells that a spreadsheet would take for a formula and run: a name is what its owner says it is. They are written with an
 * apostrophe before, by which spreadsheets know text, and read without it.
 */

/** What a formula begins with; numbers as they stand in our tables, one or several, are none. */
const runs = /^(?:[=@\t\r]|[+-](?![\d\s;+]*$))/;
const quoted = /^'+[=@\t\r+-]/;

export function disarmed(cell: string): string {
  return runs.test(cell) || quoted.test(cell) ? `'${cell}` : cell;
}

export function rearmed(cell: string): string {
  return quoted.test(cell) ? cell.slice(1) : cell;
}
