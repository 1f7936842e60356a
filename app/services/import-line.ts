/** One line of a table of subscribers: read and checked, then compared with what there is. */
import { checkSubscriber, parsedNumbers } from '../core/directory/check-subscriber.ts';
import type { Known } from '../core/directory/check-settings.ts';
import { readRow } from '../core/directory/columns.ts';
import { difference, type Wanted } from '../core/directory/difference.ts';
import { problem, type Problem } from '../core/directory/problem.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Settings } from '../core/profile/settings.ts';
import type { FullNewMailbox, MailboxPut } from '../ports/store.ts';

export interface Line {
  readonly line: number;
  readonly number: E164;
  readonly wanted: Wanted;
  /** What is made if nobody has the number. */
  readonly fresh: FullNewMailbox;
}

export type ReadLine =
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'bad'; readonly problems: readonly Problem[] };

export interface LineReading {
  readonly header: readonly string[];
  readonly known: Known;
  /** In which line a number was given before; this one's are added. */
  readonly seen: Map<string, number>;
  readonly make: () => Pick<FullNewMailbox, 'id' | 'created'>;
}

export function readLine(line: number, cells: readonly string[], reading: LineReading): ReadLine {
  const { header, known, seen } = reading;
  if (cells.length > header.length) {
    return bad([
      problem('', 'too-many', `${cells.length} cells`, `${header.length} cells, as in the header`),
    ]);
  }
  const row = readRow(header, cells);
  const wrong = row.problems.length > 0 ? row.problems : checkSubscriber(row.input, known);
  if (wrong.length > 0) return bad(wrong);
  const { aliases, classOfService, status } = row.input;
  const numbers = parsedNumbers([row.input.number, ...(aliases ?? [])], known) as [E164, ...E164[]];
  const [number, ...others] = numbers;
  const again = numbers.filter((one) => seen.has(one));
  if (again.length > 0) return bad(again.map((one) => givenTwice(one, number, seen)));
  for (const one of numbers) seen.set(one, line);
  // A number that is not served was found out above.
  const ownClass = classOfService ?? known.plan.classOf(number) ?? '';
  const ownStatus = (status ?? 'active') as Mailbox['status'];
  return {
    kind: 'line',
    line: {
      line,
      number,
      wanted: {
        aliases: aliases === undefined ? undefined : others,
        classOfService: header.includes('class') ? ownClass : undefined,
        status: header.includes('status') ? ownStatus : undefined,
        settings: row.settings,
      },
      fresh: {
        ...reading.make(),
        number,
        aliases: others,
        origin: 'provisioned',
        status: ownStatus,
        classOfService: ownClass,
        ...(isEmpty(row.input.settings) ? {} : { settings: row.input.settings as Settings }),
      },
    },
  };
}

export type Decision =
  | { readonly kind: 'bad'; readonly problems: readonly Problem[] }
  /** All is as the line says; `made`: by an earlier try for this line. */
  | { readonly kind: 'same'; readonly made: boolean }
  | { readonly kind: 'put'; readonly put: MailboxPut };

/** @param owners mailboxes by each of their numbers, at least those of the line's numbers */
export function decide({ number, wanted, fresh }: Line, owners: ReadonlyMap<string, Mailbox>): Decision {
  const present = owners.get(number);
  const others = [number, ...(wanted.aliases ?? [])].filter((one) => {
    const owner = owners.get(one);
    return owner !== undefined && (owner !== present || present.number !== number);
  });
  if (others.length > 0) {
    return bad(others.map((one) => taken(one === number ? 'number' : 'aliases', one)));
  }
  if (present === undefined) return { kind: 'put', put: { kind: 'create', fresh } };
  const different = difference(present, wanted);
  if (different === undefined) return { kind: 'same', made: present.id === fresh.id };
  const { aliases, ...change } = different;
  const numbers =
    aliases === undefined
      ? {}
      : { numbers: [number, ...aliases], freed: present.aliases.filter((one) => !aliases.includes(one)) };
  const { id, version } = present;
  return { kind: 'put', put: { kind: 'change', id, version, ...numbers, change } };
}

export function taken(field: string, number: string): Problem {
  return problem(field, 'number-taken', number, 'a number that no other subscriber has');
}

function givenTwice(one: E164, number: E164, seen: ReadonlyMap<string, number>): Problem {
  return problem(
    one === number ? 'number' : 'aliases',
    'given-twice',
    one,
    `each number once; see line ${seen.get(one)}`,
  );
}

function bad(problems: readonly Problem[]): { kind: 'bad'; problems: readonly Problem[] } {
  return { kind: 'bad', problems };
}

function isEmpty(settings: unknown): boolean {
  return Object.keys(settings ?? {}).length === 0;
}
