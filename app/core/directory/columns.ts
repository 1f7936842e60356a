/** The columns of a table of subscribers: how each cell is read into what the directory checks, and written. */
import type { Mailbox } from '../mailbox/mailbox.ts';
import { problem, type Problem } from './problem.ts';
import type { SubscriberInput } from './check-subscriber.ts';

interface Column {
  readonly name: string;
  /** Where its value goes: a path in `SubscriberInput`, as in the `field` of a problem. */
  readonly field: string;
  /** What the cell says, of unchecked form; `undefined` if it cannot be read at all. Never called with an empty cell. */
  readonly read: (cell: string) => unknown;
  readonly write: (mailbox: Mailbox) => string | undefined;
  /** What may stand in it, for people. */
  readonly allowed: string;
}

const asItIs = (cell: string): string => cell;

const text = (
  name: string,
  field: string,
  write: Column['write'],
  allowed: string,
  read: Column['read'] = asItIs,
): Column => ({ name, field, read, write, allowed });

const structured = (
  name: string,
  field: string,
  value: (mailbox: Mailbox) => unknown,
  allowed: string,
): Column => ({
  name,
  field,
  read: parseJson,
  write: (mailbox) => {
    const found = value(mailbox);
    return found === undefined ? undefined : JSON.stringify(found);
  },
  allowed,
});

export const columns: readonly Column[] = [
  text('number', 'number', ({ number }) => number, 'a number served here, as +12025550123'),
  text(
    'aliases',
    'aliases',
    ({ aliases }) => aliases.join(' '),
    'numbers, with spaces in between',
    (cell) => cell.split(/[\s;]+/).filter((one) => one !== ''),
  ),
  text('name', 'settings.name', ({ settings }) => settings.name, 'a name of at most 80 characters'),
  text('class', 'classOfService', ({ classOfService }) => classOfService, 'a class of service'),
  text('status', 'status', ({ status }) => status, '`active`, `provisional` or `suspended`'),
  text(
    'language',
    'settings.language',
    ({ settings }) => settings.language,
    'a language with prompts, as es',
  ),
  text(
    'time_zone',
    'settings.timeZone',
    ({ settings }) => settings.timeZone,
    'an IANA zone, as Europe/Madrid',
  ),
  text('email', 'settings.addresses.email', ({ settings }) => settings.addresses?.email, 'an e-mail address'),
  text('sip', 'settings.addresses.sip', ({ settings }) => settings.addresses?.sip, 'user@host'),
  text(
    'sms',
    'settings.addresses.sms',
    ({ settings }) => settings.addresses?.sms,
    'a number for texts, where it is not the own one',
  ),
  text(
    'quiet_hours',
    'settings.quietHours',
    ({ settings: { quietHours } }) => quietHours && `${quietHours.from}-${quietHours.to}`,
    'two times of day, as 22:00-07:00',
    (cell) => {
      const [, from, to] = /^\s*(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)\s*$/.exec(cell) ?? [];
      return from === undefined || to === undefined ? undefined : { from, to };
    },
  ),
  text(
    'deliver_by_call',
    'settings.deliverByCall',
    ({ settings: { deliverByCall } }) => (deliverByCall === undefined ? undefined : String(deliverByCall)),
    '`true` or `false`',
    (cell) => {
      const word = cell.toLowerCase();
      return word === 'true' ? true : word === 'false' ? false : undefined;
    },
  ),
  structured(
    'notify',
    'settings.notify',
    ({ settings }) => settings.notify,
    'JSON: a list of rules as in `classes`',
  ),
  structured('lists', 'settings.lists', ({ settings }) => settings.lists, 'JSON: lists by key, 1 to 99'),
  structured('toll', 'settings.toll', ({ settings }) => settings.toll, 'JSON: a table as in `classes`'),
];

const byName: ReadonlyMap<string, Column> = new Map(columns.map((one) => [one.name, one]));

export const columnNames: readonly string[] = columns.map(({ name }) => name);

/** The columns of a header line in its order, or what is wrong with it. */
export function readHeader(cells: readonly string[]): readonly string[] | readonly Problem[] {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const allowed = columnNames.join(', ');
  const wrong = names.flatMap((name, i) => {
    if (!columnNames.includes(name))
      return [problem(name || `column ${i + 1}`, 'unknown-field', cells[i], allowed)];
    return names.indexOf(name) === i ? [] : [problem(name, 'given-twice', name, 'each column once')];
  });
  if (!names.includes('number')) wrong.push(problem('number', 'missing', '', 'a column `number`'));
  return wrong.length > 0 ? wrong : names;
}

export interface SubscriberRow {
  readonly input: SubscriberInput & { readonly number: string };
  /** Settings of the columns that the table has; `undefined` where the cell is empty: as the class says. */
  readonly settings: ReadonlyMap<string, unknown>;
  readonly problems: readonly Problem[];
}

/** @param header as `readHeader` answered it */
export function readRow(header: readonly string[], cells: readonly string[]): SubscriberRow {
  const settings = new Map<string, unknown>();
  const own: Record<string, unknown> = {};
  const problems: Problem[] = [];
  header.forEach((name, i) => {
    const column = byName.get(name) as Column;
    const cell = (cells[i] ?? '').trim();
    const value = cell === '' ? undefined : column.read(cell);
    if (cell !== '' && value === undefined)
      problems.push(problem(column.field, 'bad-value', cell, column.allowed));
    else if (column.field.startsWith('settings.'))
      settings.set(column.field.slice('settings.'.length), value);
    else own[column.field] = value ?? (column.field === 'aliases' ? [] : undefined);
  });
  if (own['number'] === undefined) problems.push(problem('number', 'missing', '', columns[0]?.allowed ?? ''));
  const input = { number: '', ...own, settings: nested(settings) } as SubscriberRow['input'];
  return { input, settings, problems };
}

export function writeRow(mailbox: Mailbox): readonly string[] {
  return columns.map(({ write }) => write(mailbox) ?? '');
}

/** The column that a problem's field belongs to. */
export function columnOf(field: string): string {
  const column = columns.find((one) => field === one.field || field.startsWith(`${one.field}.`));
  return column?.name ?? field;
}

function nested(settings: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of settings) {
    if (value === undefined) continue;
    const [name = '', part] = path.split('.');
    if (part === undefined) root[name] = value;
    else root[name] = { ...(root[name] as object | undefined), [part]: value };
  }
  return root;
}

function parseJson(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return undefined;
  }
}
