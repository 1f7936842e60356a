import type { Command } from 'commander';
import { columns } from '../../core/directory/columns.ts';
import { mailboxStatuses } from '../../core/mailbox/mailbox.ts';
import type { Actions } from '../command.ts';
import { oneOf, whole } from '../options.ts';
import { addSubscriber, removeSubscriber, setSubscriber, showSubscriber } from './one.ts';
import { listSubscribers } from './list.ts';
import { resumeSubscriber, suspendSubscriber } from './suspend.ts';
import { firstPin, showAudit, unlock } from './pins.ts';
import { exportTable, importTable } from './tables.ts';

const examples = `
Examples:
  answerback subscriber add +12025550147 class=gold "name=Zoë Example" language=es
  answerback subscriber set +12025550147 quiet_hours=22:00-07:00 aliases=+34600111222
  answerback subscriber import subscribers.csv --dry-run
  answerback subscriber list --class gold --json | jq -r .number`;

export function subscriberCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('subscriber')
    .description('who is served here: numbers, classes, settings, PINs')
    .addHelpText('after', examples);
  group
    .command('list')
    .description('all subscribers, in no particular order')
    .option('--class <name>', 'only those of this class of service')
    .option('--status <status>', `only these: ${mailboxStatuses.join(', ')}`, oneOf(mailboxStatuses))
    .option('--prefix <number>', 'only those whose own number begins so')
    .option('--limit <count>', 'at most so many', whole(1, 1_000_000_000))
    .action(withOffice(listSubscribers));
  group
    .command('show')
    .description('one, by number or alias')
    .argument('<number>')
    .action(withOffice(showSubscriber));
  for (const [name, what, run] of [
    ['add', 'make one', addSubscriber],
    ['set', 'change one; FIELD= goes back to what the class says', setSubscriber],
  ] as const) {
    const command = group
      .command(name)
      .description(what)
      .argument('<number>')
      .argument('[field=value...]', 'fields, as the options below; `name=Zoë` is `--name Zoë`');
    for (const column of columns.slice(1))
      command.option(`--${column.name.replaceAll('_', '-')} <value>`, column.allowed);
    command.action(withOffice(run));
  }
  group
    .command('remove')
    .description('remove one, with the mailbox and all messages, for good')
    .argument('<number>')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only say what would be gone')
    .action(withOffice(removeSubscriber));
  group
    .command('suspend')
    .description('take nothing more for one and let nobody in; all that is in the mailbox stays')
    .argument('<number>')
    .action(withOffice(suspendSubscriber));
  group.command('resume').description('end that').argument('<number>').action(withOffice(resumeSubscriber));
  group
    .command('pin')
    .description('set and show a random PIN, to be changed at the first login; ends all waits')
    .argument('<number>')
    .action(withOffice(firstPin));
  group
    .command('unlock')
    .description('end the waits after wrong PINs')
    .argument('<number>')
    .action(withOffice(unlock));
  group
    .command('audit')
    .description('who tried to get in and how that ended, and what operators did; the newest first')
    .argument('[number]', 'of all if absent')
    .option('--limit <count>', 'at most so many', whole(1, 10_000), 50)
    .action(withOffice(showAudit));
  group
    .command('import')
    .description('make and change subscribers as the lines of a table say')
    .argument('<file>', 'comma-separated values (docs/subscribers.md); - is standard input')
    .option('--dry-run', 'find out what would be done, and do nothing')
    .option('--report <file>', 'write all bad lines to this file, as a table')
    .action(withOffice(importTable));
  group
    .command('export')
    .description('write all of them as such a table')
    .argument('[file]', 'standard output if absent')
    .action(withOffice(exportTable));
}
