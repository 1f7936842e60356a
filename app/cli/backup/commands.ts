import type { Command } from 'commander';
import type { Actions } from '../command.ts';
import { backUp } from './back-up.ts';
import { restore } from './restore.ts';

export function backupCommands(program: Command, { withOffice }: Actions): void {
  program
    .command('backup')
    .description('a copy of the whole store, while calls go on')
    .argument('<folder>', 'is not there yet, or empty')
    .addHelpText(
      'after',
      `
The folder is one of mongodump (COLLECTION.bson, COLLECTION.metadata.json) with backup.json: what it holds, and checksums. All that is
in the store is in it, hashes of PINs and references too: keep it as you keep the store. A message that arrives meanwhile is in it
whole or not at all. What lies in the archive, and on disks of controllers (spool.directory), is not.

Example:
  answerback backup /backup/$(date +%F)`,
    )
    .action(withOffice(backUp));
  program
    .command('restore')
    .description('put a backup into an empty store')
    .argument('<folder>')
    .option('--check', 'only read all of it and compare checksums')
    .option('--again', 'go on with one that was interrupted: what is there of the same ids is written over')
    .addHelpText(
      'after',
      `
Start no controller before it has ended. Texts that were waiting when the backup was taken, and
have gone out since, go out again.`,
    )
    .action(withOffice(restore));
}
