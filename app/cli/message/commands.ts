import type { Command } from 'commander';
import { messageKinds } from '../../core/profile/class-of-service.ts';
import type { Actions } from '../command.ts';
import { moment, oneOf, someOf, whole } from '../options.ts';
import { deleteMessage, moveMessage, restoreMessage } from './change.ts';
import { showEnvelope } from './envelope.ts';
import { holdMessage, releaseMessage } from './hold.ts';
import { indexMessages } from './index-words.ts';
import { listMessages } from './list.ts';
import { saveMessage, wantedForms } from './save.ts';
import { searchMessages } from './search.ts';
import { showMessage } from './show.ts';

export const states = ['new', 'heard', 'saved', 'deleted'] as const;

const examples = `
Examples:
  answerback message list +12025550147 --state new,heard --kind voice --since 7d
  answerback message save 0199d2c4-5a3e-7c11-8e0b-4a6f0f9d2b10 --as mp3 -o message.mp3
  answerback message move 0199d2c4-5a3e-7c11-8e0b-4a6f0f9d2b10 +12025550148

MESSAGE is the id that \`message list\` shows, or a reference.
References are secrets: they are shown with --show-reference alone, and that is written into the audit.`;

export function messageCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('message')
    .description('single messages: find, show, save, delete, restore, hold, move')
    .addHelpText('after', examples);
  findingCommands(group, withOffice);
  group
    .command('show')
    .description('one: facts, parts, words, and what still has to happen because of it')
    .argument('<message>')
    .option('--show-reference', 'also the reference that opens it')
    .action(withOffice(showMessage));
  group
    .command('envelope')
    .description('the envelope as it was written, in XML')
    .argument('<message>')
    .action(withOffice(showEnvelope));
  group
    .command('save')
    .alias('play')
    .description('write what is in it to a file, in the form that is wanted; its state stays')
    .argument('<message>')
    .option('-o, --output <file>', 'where to; - is standard output; else MESSAGE-PART.FORM here')
    .option(
      '--as <form>',
      `${Object.keys(wantedForms).join(', ')}; as it came if absent`,
      oneOf(Object.keys(wantedForms)),
    )
    .option('--part <number>', 'which part, from 1; the words with --as txt if absent', whole(1, 10_000))
    .option('--force', 'write over a file that is there')
    .action(withOffice(saveMessage));
  changingCommands(group, withOffice);
}

function changingCommands(group: Command, withOffice: Actions['withOffice']): void {
  group
    .command('delete')
    .description('put it into the trash; with --for-good remove it')
    .argument('<message>')
    .option('--for-good', 'it cannot be brought back')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only say what would be done')
    .action(withOffice(deleteMessage));
  group
    .command('restore')
    .description('bring it back from the trash')
    .argument('<message>')
    .option('--as <state>', 'new, heard or saved', oneOf(['new', 'heard', 'saved']), 'saved')
    .action(withOffice(restoreMessage));
  group
    .command('hold')
    .description('legal hold: it is not purged, whoever deletes it')
    .argument('<message>')
    .option('--why <text>', 'case number or reason')
    .action(withOffice(holdMessage));
  group
    .command('release')
    .description('end the hold')
    .argument('<message>')
    .action(withOffice(releaseMessage));
  group
    .command('move')
    .description('put it into another mailbox; its envelope stays as it is')
    .argument('<message>')
    .argument('<number>', 'whose mailbox')
    .action(withOffice(moveMessage));
}

function findingCommands(group: Command, withOffice: Actions['withOffice']): void {
  group
    .command('list')
    .description('messages of a mailbox, the newest first')
    .argument('<number>')
    .option('--state <states>', `only these: ${states.join(', ')}`, someOf(states))
    .option('--kind <kinds>', `only these: ${messageKinds.join(', ')}`, someOf(messageKinds))
    .option('--from <number>', 'only from this number')
    .option('--from-ending <digits>', 'only from numbers that end so')
    .option('--since <time>', 'received since, as 2026-01-31, 12h or 7d', moment)
    .option('--before <time>', 'received before', moment)
    .option('--urgent', 'only urgent ones')
    .option('--held', 'only those on legal hold')
    .option('--order <order>', 'newest or oldest', oneOf(['newest', 'oldest']), 'newest')
    .option('--limit <count>', 'at most so many', whole(1, 1_000_000), 100)
    .action(withOffice(listMessages));
  group
    .command('search')
    .description('messages by what they say: transcript, text, subject, sender; the newest first')
    .argument('[words...]', 'all of them must be there; `mee*` is the beginning of a word')
    .option('--number <number>', 'in this mailbox alone; else in all')
    .option('--from <sender>', 'only from this number, address or name')
    .option(
      '--state <states>',
      `only these: ${states.join(', ')}; all but the deleted if absent`,
      someOf(states),
    )
    .option('--kind <kinds>', `only these: ${messageKinds.join(', ')}`, someOf(messageKinds))
    .option('--since <time>', 'received since, as 2026-01-31, 12h or 7d', moment)
    .option('--before <time>', 'received before', moment)
    .option('--urgent', 'only urgent ones')
    .option('--limit <count>', 'at most so many', whole(1, 10_000), 20)
    .action(withOffice(searchMessages));
  group
    .command('index')
    .description(
      'make messages that were stored before there was a search findable; may be ended and run again',
    )
    .argument('[number]', 'those of this mailbox')
    .option('--all', 'those of all mailboxes')
    .action(withOffice(indexMessages));
}
