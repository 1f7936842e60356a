/** The page docs/cli.md, out of what the command says of itself. */
import { PassThrough, Readable } from 'node:stream';
import type { Command } from 'commander';
import { exitCodes } from '../app/cli/exit-codes.ts';
import { createProgram } from '../app/cli/main.ts';

const intro = `# The command \`answerback\`

<!-- Made by \`npm run cli:docs\` from the command itself. -->

One command for those who run the system. It reads the configuration that the controller reads, opens the store alone (and what else a
subcommand needs: programs that convert, the archive), never the switch, and may be used while controllers run.

\`\`\`bash
answerback doctor                          # where it is installed as a service (operations.md)
npx answerback doctor                      # in a checkout; \`npm run answerback -- doctor\` is the same
node dist/app/cli/bin.js doctor            # after \`npm run build\`
\`\`\`

- **Configuration**: \`--config FILE\`, else \`ANSWERBACK_CONFIG\`, else what \`npm start\` wrote last (\`var/answerback.yaml\`, or in
  \`ANSWERBACK_VAR\`). \`MONGODB_URL\` overrides \`store.url\`. Passwords of the switch and of gateways are needed by \`doctor\` alone.
- **Answers** go to standard output, all else to standard error: tables for people, in the subscriber's zone or that of \`--zone\`; with
  \`--json\` one document, or for a list one line for each item (JSON lines). Names of fields stay; times are ISO 8601 in UTC, lengths of
  parts milliseconds, sizes bytes. A failure is then \`{"error":{"ending","code","message"}}\` on standard error.
- **Asking**: what cannot be undone asks on a terminal; elsewhere it needs \`--yes\`. \`--dry-run\` says what would be done.
- **Secrets**: references are shown with \`--show-reference\` alone. Whatever the command changes or shows of messages is written into the
  audit with the account that did it (\`answerback subscriber audit\`).
- **Ctrl-C** ends it in good order: what is done stays done, and the same command can be given again. Output that is closed, as by \`head\`,
  ends it quietly. Lamps follow what it changes within the minutes that controllers need for their rounds.

`;

export function cliPage(): string {
  const terminal = silence();
  const program = createProgram(terminal, () => undefined);
  const codes = Object.values(exitCodes).map(({ code, text }) => `| ${code} | ${text} |`);
  return [
    intro,
    '## Exit codes\n\n',
    `| code | what |\n| ---- | ---- |\n${codes.join('\n')}\n\n`,
    ...program.commands.flatMap((group) => [
      `## \`answerback ${group.name()}\`\n\n`,
      block(group),
      ...group.commands
        .filter((one) => one.name() !== 'help')
        .flatMap((one) => [`### \`answerback ${group.name()} ${one.name()}\`\n\n`, block(one)]),
    ]),
  ].join('');
}

function block(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (chunk) => (text += chunk), getOutHelpWidth: () => 110 });
  command.outputHelp();
  return `\`\`\`text\n${text.trim()}\n\`\`\`\n\n`;
}

function silence() {
  const stream = new PassThrough();
  const { signal } = new AbortController();
  return { stdin: Readable.from([]), stdout: stream, stderr: stream, env: {}, signal, user: '' };
}
