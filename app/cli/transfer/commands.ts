import type { Command } from 'commander';
import type { Actions } from '../command.ts';
import { exportAll } from './export.ts';
import { importAll } from './import.ts';

export function transferCommands(program: Command, { withOffice }: Actions): void {
  program
    .command('export')
    .description(
      'messages into a folder, each a document of its own with all its parts, and the table of subscribers',
    )
    .argument(
      '<folder>',
      'made if it is not there; what it has already stays, so that an export goes on where it ended',
    )
    .argument('[number...]', 'of these mailboxes alone; of all if absent')
    .option('--pins', 'also hashes of PINs; they are good only where ANSWERBACK_PIN_PEPPER is the same')
    .addHelpText(
      'after',
      `
A folder a mailbox with MESSAGE.xml (urn:answerback:message:1) and mailbox.json (greetings, STOP), subscribers.csv, and
export.json with holds of mailboxes. Each document is read back and checked. References and texts are in it: keep it as you
keep the store. What has been removed from the store since stays in a folder that is written again.

Example:
  answerback export /backup/answerback && tar -C /backup -cf answerback.tar answerback`,
    )
    .action(withOffice(exportAll));
  program
    .command('import')
    .description('take in what `export` wrote; what is here already stays as it is')
    .argument('<folder>')
    .option('--dry-run', 'only read and check all of it')
    .option('--report <file>', 'write what could not be taken in to this file, a JSON line each')
    .action(withOffice(importAll));
}
