/** One subscriber at a time: show, add, set, remove. */
import { columnOf, columns, readRow } from '../../core/directory/columns.ts';
import { difference, type Wanted } from '../../core/directory/difference.ts';
import type { Problem } from '../../core/directory/problem.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { Settings } from '../../core/profile/settings.ts';
import type { OfficeRun } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { removeMailbox, type RemoveChoice } from '../mailbox/remove.ts';
import { subscriberOffice, type SubscriberOffice } from '../office/subscribers.ts';
import type { Output } from '../output/output.ts';
import { subscriberValue } from './list.ts';

/** Columns by the names that commander gives options. */
type Choice = Readonly<Record<string, string | undefined>>;

export async function showSubscriber(
  { office, out }: OfficeRun,
  _choice: object,
  number = '',
): Promise<void> {
  const mailbox = await office.mailbox(number);
  const { new: fresh, old, urgent } = mailbox.counts;
  await show(out, mailbox, [['messages', `${fresh} new (${urgent} urgent), ${old} old`]]);
}

export async function addSubscriber(run: OfficeRun, choice: Choice, ...args: string[]): Promise<Ending> {
  const { office, out } = run;
  const [number, fields] = fieldsOf(choice, args);
  const { directory } = await subscriberOffice(office);
  const read = readFields(number, fields);
  if (read.problems.length > 0) return tell(out, read.problems);
  const { aliases, classOfService, status, settings } = read.input;
  const result = await directory.create({
    number,
    ...(aliases === undefined ? {} : { aliases }),
    ...(classOfService === undefined ? {} : { classOfService }),
    ...(status === undefined ? {} : { status: status as Mailbox['status'] }),
    settings: settings as Settings,
  });
  if (result.kind === 'invalid') return tell(out, result.problems);
  if (result.kind !== 'done') throw new Failure('failed', 'it was not made; try again');
  await office.note('subscriber-added', result.mailbox);
  await show(out, result.mailbox);
  return 'done';
}

export async function setSubscriber(run: OfficeRun, choice: Choice, ...args: string[]): Promise<Ending> {
  const { office, out } = run;
  const [number, fields] = fieldsOf(choice, args);
  if (fields.size === 0)
    throw new Failure('usage', 'set: which FIELD=VALUE? `subscriber set --help` lists them');
  const mailbox = await office.mailbox(number);
  const { directory } = await subscriberOffice(office);
  const read = readFields(mailbox.number, fields);
  if (read.problems.length > 0) return tell(out, read.problems);
  const { classOfService, status, aliases } = read.input;
  const wanted: Wanted = { classOfService, status: status as Mailbox['status'], settings: read.settings };
  const change = difference(mailbox, wanted);
  if (change !== undefined) {
    const result = await directory.update(mailbox.id, change, mailbox.version);
    if (result.kind === 'invalid') return tell(out, result.problems);
    if (result.kind !== 'done')
      throw new Failure('failed', 'somebody else is changing this subscriber; try again');
  }
  const wrong = aliases === undefined ? [] : await setAliases(directory, mailbox, aliases);
  await office.note('subscriber-changed', mailbox);
  if (wrong.length > 0) return tell(out, wrong);
  const after = await office.store.mailboxes.get(mailbox.id);
  if (after !== undefined) await show(out, after);
  return 'done';
}

async function setAliases(
  directory: SubscriberOffice['directory'],
  mailbox: Mailbox,
  wanted: readonly string[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const kept = new Set<string>();
  for (const alias of wanted) {
    const result = await directory.addAlias(mailbox.id, alias);
    if (result.kind === 'invalid') problems.push(...result.problems);
    const number = directory.known().plan.parse(alias);
    if (number !== undefined) kept.add(number);
  }
  for (const alias of mailbox.aliases.filter((one) => problems.length === 0 && !kept.has(one)))
    await directory.removeAlias(mailbox.id, alias);
  return problems;
}

export async function removeSubscriber(run: OfficeRun, choice: RemoveChoice, number = ''): Promise<void> {
  await removeMailbox(run, choice, number);
}

/** The number, and the fields by column: those of options, and over them `FIELD=VALUE`. */
function fieldsOf(
  choice: Choice,
  [number = '', ...words]: readonly string[],
): [string, ReadonlyMap<string, string>] {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(choice))
    if (typeof value === 'string') fields.set(columnName(name), value);
  for (const word of words) {
    const [, name, value = ''] = /^([A-Za-z_]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined) throw new Failure('usage', `found ${word}, allowed: FIELD=VALUE`);
    fields.set(columnName(name), value);
  }
  return [number, fields];
}

function columnName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function readFields(number: string, fields: ReadonlyMap<string, string>) {
  const unknown = [...fields.keys()].filter((name) => !columns.some((column) => column.name === name));
  const names = [...fields.keys()].filter((name) => !unknown.includes(name) && name !== 'number');
  const row = readRow(['number', ...names], [number, ...names.map((name) => fields.get(name) ?? '')]);
  const allowed = columns.map(({ name }) => name).join(', ');
  const problems = unknown.map((name): Problem => ({
    field: name,
    code: 'unknown-field',
    found: name,
    allowed,
  }));
  return { ...row, problems: [...problems, ...row.problems] };
}

async function show(
  out: Output,
  mailbox: Mailbox,
  more: readonly (readonly [string, string])[] = [],
): Promise<void> {
  if (out.json) await out.document({ ...subscriberValue(mailbox), counts: mailbox.counts });
  else await out.record([...columns.map(({ name, write }) => [name, write(mailbox)] as const), ...more]);
}

function tell(out: Output, problems: readonly Problem[]): Ending {
  for (const { field, found, code, allowed } of problems) {
    const column = columnOf(field);
    out.tell(
      out.json
        ? JSON.stringify({ column, code, found, allowed })
        : `${column}: found ${found === '' ? 'nothing' : `\`${found}\``}, allowed: ${allowed}`,
    );
  }
  return 'invalid';
}
