/** npm run subscribers: who is served here, from the command line; docs/subscribers.md tells more. */
import { parseArgs } from 'node:util';
import { addSubscriber, removeSubscriber, setSubscriber, showSubscriber } from './subscribers/one.ts';
import { openOffice, type Office } from './subscribers/office.ts';
import { firstPin, showAudit, unlock } from './subscribers/pins.ts';
import { exportTable, importTable } from './subscribers/tables.ts';

const usage = `npm run subscribers -- COMMAND

  import FILE [--dry-run] [--report FILE]   make and change subscribers as the lines of a table say; - is standard input
  export [FILE]                             write all of them as such a table; without FILE to standard output
  show NUMBER                               one, by number or alias
  add NUMBER [FIELD=VALUE]...               make one
  set NUMBER FIELD=VALUE...                 change one; FIELD= goes back to what the class says
  remove NUMBER --yes                       remove one, with all messages
  pin NUMBER                                set and show a random PIN, to be changed at the first login; ends all waits
  unlock NUMBER                             end the waits after wrong PINs
  audit NUMBER                              who tried to get in, and how that ended; the newest first

  FIELD is a column of the table: name, class, status, language, time_zone, email, sip, sms, quiet_hours,
  deliver_by_call, aliases, notify, lists, toll. Also as --name VALUE and so on; timeZone is time_zone as well.
  --config FILE: the configuration; else ANSWERBACK_CONFIG, else what npm start wrote last.

The code at the end: 0 all is well, 1 nothing or not all could be done, 2 done but for the lines or fields reported, 64 wrong
use.`;

class Misuse extends Error {}

type Command = (office: Office, args: readonly string[], options: Options) => Promise<number>;

interface Options {
  readonly dryRun: boolean;
  readonly report: string | undefined;
  readonly yes: boolean;
  readonly fields: ReadonlyMap<string, string>;
}

const commands: Readonly<
  Record<string, { readonly least: number; readonly most: number; readonly run: Command }>
> = {
  import: { least: 1, most: 1, run: (office, [file = ''], options) => importTable(office, file, options) },
  export: { least: 0, most: 1, run: (office, [file]) => exportTable(office, file) },
  show: { least: 1, most: 1, run: (office, [number = '']) => showSubscriber(office, number) },
  add: {
    least: 1,
    most: 1,
    run: (office, [number = ''], { fields }) => addSubscriber(office, number, fields),
  },
  set: {
    least: 1,
    most: 1,
    run: (office, [number = ''], { fields }) => setSubscriber(office, number, fields),
  },
  remove: {
    least: 1,
    most: 1,
    run: (office, [number = ''], { yes }) => removeSubscriber(office, number, yes),
  },
  pin: { least: 1, most: 1, run: (office, [number = '']) => firstPin(office, number) },
  unlock: { least: 1, most: 1, run: (office, [number = '']) => unlock(office, number) },
  audit: { least: 1, most: 1, run: (office, [number = '']) => showAudit(office, number) },
};

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals, fields } = split(argv);
  const [name, ...args] = positionals;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new Misuse(name === undefined ? 'which command?' : `no command ${name}`);
  if (args.length < command.least || args.length > command.most)
    throw new Misuse(`${name}: ${args.length} arguments`);
  if (fields.size > 0 && name !== 'add' && name !== 'set') throw new Misuse(`${name} takes no fields`);
  if (fields.size === 0 && name === 'set') throw new Misuse('set: which FIELD=VALUE?');
  await using office = await openOffice(values.config);
  return await command.run(office, args, {
    dryRun: values['dry-run'] ?? false,
    report: values.report,
    yes: values.yes ?? false,
    fields,
  });
}

/** Options, then arguments; `FIELD=VALUE` and `--field VALUE` are fields. */
function split(argv: readonly string[]) {
  const own = {
    config: { type: 'string' },
    'dry-run': { type: 'boolean' },
    report: { type: 'string' },
    yes: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const fields = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const arg = argv[i] ?? '';
    const [, option, given] = /^--([A-Za-z_]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const [, field, value = ''] = /^([A-Za-z_]+)=(.*)$/s.exec(arg) ?? [];
    if (option !== undefined && !Object.hasOwn(own, option)) {
      if (given === undefined && i + 1 >= argv.length) throw new Misuse(`${arg}: which value?`);
      fields.set(columnName(option), given ?? argv[(i += 1)] ?? '');
    } else if (field !== undefined && rest.length >= 2) fields.set(columnName(field), value);
    else rest.push(arg);
  }
  try {
    return { ...parseArgs({ args: rest, options: own, allowPositionals: true }), fields };
  } catch (error) {
    throw new Misuse((error as Error).message);
  }
}

function columnName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof Misuse) {
    console.error(`subscribers: ${error.message}\n\n${usage}`);
    process.exitCode = 64;
  } else {
    console.error(`subscribers: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
