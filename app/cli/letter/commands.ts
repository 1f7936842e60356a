import type { Command } from 'commander';
import type { NotificationId } from '../../core/ids.ts';
import type { Notification } from '../../ports/store.ts';
import type { Actions, OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { whole } from '../options.ts';
import { confirm } from '../output/ask.ts';

/** Dead letters handled at once. */
const most = 10_000;

const examples = `
Examples:
  answerback letter list
  answerback letter retry --all --gateway smpp`;

export function letterCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('letter')
    .description('texts and mails that were given up after many tries (dead letters)')
    .addHelpText('after', examples);
  group
    .command('list')
    .description('the newest first, with the last error')
    .option('--gateway <name>', 'only those of this gateway')
    .option('--limit <count>', 'at most so many', whole(1, most), 100)
    .action(withOffice(listLetters));
  for (const [name, what] of [
    ['retry', 'try them anew, from the beginning; a running controller sends them within seconds'],
    ['drop', 'put them out of the list for good'],
  ] as const) {
    group
      .command(name)
      .description(what)
      .argument('[letter...]', 'ids as `letter list` shows them')
      .option('--all', 'all of them')
      .option('--gateway <name>', 'with --all: only those of this gateway')
      .option('--dry-run', 'only say which')
      .option('--yes', 'do not ask')
      .action(withOffice((run, choice: LetterChoice, ...ids) => handle(run, name, choice, ids)));
  }
}

interface LetterChoice {
  readonly all?: boolean;
  readonly gateway?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

async function listLetters(
  { office, out }: OfficeRun,
  { gateway, limit }: { readonly gateway?: string; readonly limit: number },
): Promise<void> {
  const all = await office.store.notifications.deadLetters(gateway === undefined ? limit : most);
  const wanted = all.filter((one) => gateway === undefined || one.gateway === gateway).slice(0, limit);
  await out.list(
    wanted,
    [
      { title: 'id' },
      { title: `asked for (${out.zone()})` },
      { title: 'gateway' },
      { title: 'kind' },
      { title: 'to' },
      { title: 'tries', right: true },
      { title: 'error', shrinks: true },
    ],
    (one) => [one.id, out.time(one.created), one.gateway, one.kind, one.to, String(one.tries), one.lastError],
    letterValue,
  );
  if (wanted.length === 0) await out.line('no dead letters');
}

/** Its words may have a reference in them, and are not in it. */
function letterValue(letter: Notification): Readonly<Record<string, unknown>> {
  const { id, message, mailbox, gateway, kind, to, status, tries, due, created, sentAt, lastError } = letter;
  return { id, message, mailbox, gateway, kind, to, status, tries, due, created, sentAt, lastError };
}

async function handle(
  { office, out, terminal }: OfficeRun,
  what: 'retry' | 'drop',
  { all = false, gateway, dryRun = false, yes }: LetterChoice,
  ids: readonly string[],
): Promise<void> {
  if (all === ids.length > 0) throw new Failure('usage', `letter ${what}: ids of letters, or --all`);
  const { notifications } = office.store;
  const there = all ? await notifications.deadLetters(most) : [];
  const chosen = all
    ? there.filter((one) => gateway === undefined || one.gateway === gateway).map(({ id }) => id)
    : ids;
  if (what === 'drop' && !dryRun && chosen.length > 0)
    await confirm(terminal, `${chosen.length} dead letters would be out of the list for good`, yes);
  const missing: string[] = [];
  let done = 0;
  for (const id of dryRun ? [] : chosen) {
    const known = await (what === 'retry'
      ? notifications.revive(id as NotificationId, new Date())
      : notifications.drop(id as NotificationId));
    if (known) done += 1;
    else missing.push(id);
  }
  if (done > 0)
    await office.note(what === 'retry' ? 'letters-retried' : 'letters-dropped', undefined, `${done}`);
  const word = what === 'retry' ? 'tried anew' : 'dropped';
  if (out.json) await out.document({ [what]: dryRun ? chosen.length : done, missing, dryRun });
  await out.line(dryRun ? `${chosen.length} would be ${word}` : `${done} ${word}`);
  if (missing.length > 0) throw new Failure('notFound', `no dead letters: ${missing.join(', ')}`);
}
