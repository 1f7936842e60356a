import type { Command } from 'commander';
import type { Actions, Run } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import { someOf, whole } from '../options.ts';
import type { Colour } from '../output/output.ts';
import { padded, printable } from '../output/text.ts';
import type { Level } from './check.ts';
import { checks } from './checks/all.ts';
import { examine } from './examine.ts';

const names = checks.map(({ name }) => name);

interface DoctorChoice {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly timeout: number;
  readonly strict?: boolean;
}

export function doctorCommand(program: Command, { plain }: Actions): void {
  const list = checks.map(({ name, about }) => `  ${name.padEnd(15)}${about}`).join('\n');
  program
    .command('doctor')
    .description('look at a running installation, and say in plain words what is wrong and the way out')
    .option('--only <checks>', 'only these, with commas between them', someOf(names))
    .option('--skip <checks>', 'all but these', someOf(names))
    .option('--timeout <seconds>', 'longest time of one check', whole(1, 300), 10)
    .option('--strict', 'warnings fail too')
    .addHelpText('after', `\nIt changes nothing. Checks:\n${list}`)
    .action(plain(doctor));
}

async function doctor({ terminal, globals, out }: Run, choice: DoctorChoice): Promise<Ending> {
  const { only = names, skip = [], timeout, strict = false } = choice;
  const wanted = checks.filter(({ name }) => only.includes(name) && !skip.includes(name));
  const { file, findings } = await examine(terminal, globals.config, wanted, timeout);
  const count = (level: Level): number => findings.filter((one) => one.level === level).length;
  const wrong = count('wrong');
  const warnings = count('warn');
  const fine = wrong === 0 && !(strict && warnings > 0);
  if (out.json) await out.document({ ok: fine, wrong, warnings, config: file ?? null, findings });
  for (const { check, level, text, fix } of findings)
    await out.line(
      `${out.paint(padded(level, 8), colours[level])}${padded(check, 15)}${printable(text)}${fix === undefined ? '' : `; ${printable(fix)}`}`,
    );
  await out.line(wrong + warnings === 0 ? 'all is well' : `${wrong} wrong, ${warnings} to be looked at`);
  return fine ? 'done' : 'failed';
}

const colours: Readonly<Record<Level, Colour>> = {
  ok: 'green',
  warn: 'yellow',
  wrong: 'red',
  skipped: 'dim',
};
