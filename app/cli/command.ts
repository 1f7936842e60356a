/** What every subcommand has: the options that hold for all, and what it works with. */
import type { Command } from 'commander';
import { openOffice, type Office } from './office/office.ts';
import { Output, wantsColour } from './output/output.ts';
import { Failure } from './failure.ts';
import type { Ending } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { isTimeZone } from '../core/time/is-time-zone.ts';

export interface Globals {
  readonly config?: string;
  readonly json?: boolean;
  readonly zone?: string;
  /** `--no-color` */
  readonly color: boolean;
}

/** One run of the command. */
export interface Run {
  readonly terminal: Terminal;
  readonly globals: Globals;
  readonly out: Output;
  /** How it ends if nothing is thrown. */
  ending: Ending;
}

export type Action<Options> = (run: Run, options: Options, ...args: string[]) => Promise<Ending | void>;

/** Makes the actions of subcommands. */
export interface Actions {
  /** Without the store. */
  plain<Options>(work: Action<Options>): Handler;
  /** With the store open. */
  withOffice<Options>(
    work: (run: Run & { readonly office: Office }, options: Options, ...args: string[]) => Promise<Ending | void>,
  ): Handler;
}

/** As commander calls it: arguments, options, command. */
type Handler = (...given: unknown[]) => Promise<void>;

export function createActions(terminal: Terminal, finish: (ending: Ending) => void): Actions {
  const plain: Actions['plain'] = (work) => async (...given) => {
    const command = given.pop() as Command;
    const options = given.pop() as Parameters<typeof work>[1];
    const globals = command.optsWithGlobals<Globals>();
    if (globals.zone !== undefined && !isTimeZone(globals.zone))
      throw new Failure('usage', `--zone: found ${globals.zone}, allowed: an IANA zone, as Europe/Zurich`);
    const out = new Output(terminal, {
      json: globals.json === true,
      colour: globals.color && wantsColour(terminal.stdout, terminal.env),
      zone: globals.zone,
    });
    const run: Run = { terminal, globals, out, ending: 'done' };
    // A list of arguments stands for the arguments in it.
    const args = given.flat().filter((one): one is string => one !== undefined);
    finish((await work(run, options, ...args)) ?? run.ending);
  };
  return {
    plain,
    withOffice: (work) =>
      plain(async (run, options, ...args) => {
        await using office = await openOffice(terminal, run.globals.config);
        return await work({ ...run, office }, options as Parameters<typeof work>[1], ...args);
      }),
  };
}

export type OfficeRun = Run & { readonly office: Office };
