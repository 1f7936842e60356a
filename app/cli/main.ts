/** `answerback`: the command for those who run the system. Imported by app/cli/bin.ts and by tests alone. */
import { Command, CommanderError } from 'commander';
import { backupCommands } from './backup/commands.ts';
import { cdrCommands } from './cdr/commands.ts';
import { buildVersion } from '../telemetry/open.ts';
import { createActions } from './command.ts';
import { doctorCommand } from './doctor/commands.ts';
import { exitCodes, type Ending } from './exit-codes.ts';
import { judge } from './failure.ts';
import { encryptionCommands } from './encryption/commands.ts';
import { keyCommands } from './key/commands.ts';
import { roamingCommands } from './roaming/commands.ts';
import { letterCommands } from './letter/commands.ts';
import { mailboxCommands } from './mailbox/commands.ts';
import { messageCommands } from './message/commands.ts';
import { operatorCommands } from './operator/commands.ts';
import { subscriberCommands } from './subscriber/commands.ts';
import { sweepCommands } from './sweep/commands.ts';
import type { Terminal } from './terminal.ts';
import { transferCommands } from './transfer/commands.ts';

/** @returns the code to end with, as of exit-codes.ts */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let ending: Ending = 'done';
  const program = createProgram(terminal, (one) => (ending = one));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCodes[ending].code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage.code;
    const judged = judge(error, terminal.signal.aborted);
    if (judged.text !== undefined) tell(terminal, argv.includes('--json'), judged.ending, judged.text);
    return exitCodes[judged.ending].code;
  }
}

/** All that it can do; scripts/cli-docs.ts prints it. */
export function createProgram(terminal: Terminal, finish: (ending: Ending) => void): Command {
  const actions = createActions(terminal, finish);
  const codes = Object.values(exitCodes).map(({ code, text }) => `  ${String(code).padEnd(4)}${text}`);
  const program = new Command('answerback')
    .description('Administration of Answerback: subscribers, mailboxes, messages, and whether all is well.')
    .option('--config <file>', 'configuration; else ANSWERBACK_CONFIG, else what `npm start` wrote last')
    .option('--json', 'answer as JSON: one document, or one line for each item of a list')
    .option('--zone <zone>', "IANA zone of times; else the subscriber's, or this machine's")
    .option('--no-color', 'no colours; NO_COLOR says the same')
    .version(buildVersion(), '--version', 'which version this is')
    .helpOption('-h, --help', 'show how it is used')
    .helpCommand('help [command]', 'show how a command is used')
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', `\nExit codes:\n${codes.join('\n')}`);
  for (const add of [
    subscriberCommands,
    mailboxCommands,
    messageCommands,
    letterCommands,
    roamingCommands,
    cdrCommands,
    sweepCommands,
    encryptionCommands,
    transferCommands,
    backupCommands,
    operatorCommands,
    keyCommands,
    doctorCommand,
  ])
    add(program, actions);
  return program;
}

function tell(terminal: Terminal, json: boolean, ending: Ending, message: string): void {
  const { code } = exitCodes[ending];
  const text = json ? JSON.stringify({ error: { ending, code, message } }) : `answerback: ${message}`;
  terminal.stderr.write(`${text}\n`);
}
