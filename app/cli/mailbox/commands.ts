import type { Command } from 'commander';
import type { Actions } from '../command.ts';
import { whole } from '../options.ts';
import { holdMailbox, releaseMailbox } from './hold.ts';
import { listMailboxes } from './list.ts';
import { recountMailboxes } from './recount.ts';
import { removeMailboxByNumber } from './remove.ts';
import { showMailbox } from './show.ts';

const examples = `
Examples:
  answerback mailbox list --full 90
  answerback mailbox show +12025550147
  answerback mailbox hold +12025550147 --why "case 2026-117"
  answerback mailbox recount --all`;

export function mailboxCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('mailbox')
    .description('what is in the mailboxes: counters, space, legal hold')
    .addHelpText('after', examples);
  group
    .command('list')
    .description('all mailboxes with their messages')
    .option('--messages', 'only those that have messages')
    .option('--full <percent>', 'only those that have used so much of a limit', whole(0, 1000))
    .option('--held', 'only those on legal hold')
    .option('--limit <count>', 'at most so many', whole(1, 1_000_000_000))
    .action(withOffice(listMailboxes));
  group
    .command('show')
    .description('one: counters by kind, and what is used of each limit')
    .argument('<number>')
    .action(withOffice(showMailbox));
  group
    .command('hold')
    .description('legal hold: nothing in it is purged, whoever deletes it')
    .argument('<number>')
    .option('--why <text>', 'case number or reason')
    .action(withOffice(holdMailbox));
  group
    .command('release')
    .description('end the hold: what was deleted meanwhile goes when its time has come')
    .argument('<number>')
    .option('--yes', 'do not ask')
    .action(withOffice(releaseMailbox));
  group
    .command('recount')
    .description('count the messages anew and write the counters')
    .argument('[number]')
    .option('--all', 'all mailboxes, one after the other')
    .action(withOffice(recountMailboxes));
  group
    .command('remove')
    .description('remove a mailbox with its subscriber and all messages, for good')
    .argument('<number>')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only say what would be gone')
    .action(withOffice(removeMailboxByNumber));
}
