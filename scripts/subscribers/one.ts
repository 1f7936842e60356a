/** One subscriber at a time: show, add, set, remove. */
import { columnOf, columns, readRow } from '../../app/core/directory/columns.ts';
import { difference, type Wanted } from '../../app/core/directory/difference.ts';
import type { Problem } from '../../app/core/directory/problem.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Settings } from '../../app/core/profile/settings.ts';
import type { Office } from './office.ts';

/** As `name`=`value` of columns. */
type Fields = ReadonlyMap<string, string>;

export async function showSubscriber({ directory }: Office, number: string): Promise<number> {
  const mailbox = await directory.get(number);
  if (mailbox === undefined) return nobody(number);
  show(mailbox);
  const { new: fresh, old, urgent } = mailbox.counts;
  console.log(`${'messages'.padEnd(16)}${fresh} new (${urgent} urgent), ${old} old`);
  return 0;
}

export async function addSubscriber({ directory }: Office, number: string, fields: Fields): Promise<number> {
  const read = readFields(number, fields);
  if (read.problems.length > 0) return tell(read.problems);
  const { aliases, classOfService, status, settings } = read.input;
  const result = await directory.create({
    number,
    ...(aliases === undefined ? {} : { aliases }),
    ...(classOfService === undefined ? {} : { classOfService }),
    ...(status === undefined ? {} : { status: status as Mailbox['status'] }),
    settings: settings as Settings,
  });
  if (result.kind === 'invalid') return tell(result.problems);
  if (result.kind === 'done') show(result.mailbox);
  return 0;
}

export async function setSubscriber({ directory }: Office, number: string, fields: Fields): Promise<number> {
  const mailbox = await directory.get(number);
  if (mailbox === undefined) return nobody(number);
  const read = readFields(mailbox.number, fields);
  if (read.problems.length > 0) return tell(read.problems);
  const { classOfService, status, aliases } = read.input;
  const wanted: Wanted = { classOfService, status: status as Mailbox['status'], settings: read.settings };
  const change = difference(mailbox, wanted);
  if (change !== undefined) {
    const result = await directory.update(mailbox.id, change, mailbox.version);
    if (result.kind === 'invalid') return tell(result.problems);
    if (result.kind !== 'done') return failed('somebody else is changing this subscriber; try again');
  }
  const wrong = aliases === undefined ? [] : await setAliases(directory, mailbox, aliases);
  if (wrong.length > 0) return tell(wrong);
  const after = await directory.byId(mailbox.id);
  if (after !== undefined) show(after);
  return 0;
}

async function setAliases(
  directory: Office['directory'],
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

export async function removeSubscriber({ directory }: Office, number: string, yes: boolean): Promise<number> {
  const mailbox = await directory.get(number);
  if (mailbox === undefined) return nobody(number);
  const { new: fresh, old } = mailbox.counts;
  if (!yes) {
    return failed(
      `${mailbox.number}: ${fresh} new and ${old} old messages would be gone for good; --yes does it`,
    );
  }
  await directory.remove(mailbox.id);
  console.log(`${mailbox.number} is removed`);
  return 0;
}

function readFields(number: string, fields: Fields) {
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

function show(mailbox: Mailbox): void {
  for (const { name, write } of columns) {
    const value = write(mailbox) ?? '';
    if (value !== '') console.log(`${name.padEnd(16)}${value}`);
  }
}

function tell(problems: readonly Problem[]): number {
  for (const { field, found, allowed } of problems)
    console.error(
      `${columnOf(field)}: found ${found === '' ? 'nothing' : `\`${found}\``}, allowed: ${allowed}`,
    );
  return 2;
}

function nobody(number: string): number {
  return failed(`nobody has the number ${number}`);
}

function failed(text: string): number {
  console.error(`subscribers: ${text}`);
  return 1;
}
