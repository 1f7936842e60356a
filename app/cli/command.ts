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
}

export type OfficeRun = Run & { readonly office: Office };

/** What a subcommand does; `options` are what commander made of its options. */
type Work<R> = (run: R, options: never, ...args: string[]) => Promise<Ending | void>;

/** Makes the actions of subcommands. */
export interface Actions {
  /** Without the store. */
  readonly plain: (work: Work<Run>) => Handler;
  /** With the store open. */
  readonly withOffice: (work: Work<OfficeRun>) => Handler;
}

/** As commander calls it: arguments, options, command. */
type Handler = (...given: unknown[]) => Promise<void>;

export function createActions(terminal: Terminal, finish: (ending: Ending) => void): Actions {
  const plain: Actions['plain'] =
    (work) =>
    async (...given) => {
      const command = given.pop() as Command;
      const options = given.pop() as never;
      const globals = command.optsWithGlobals<Globals>();
      if (globals.zone !== undefined && !isTimeZone(globals.zone))
        throw new Failure('usage', `--zone: found ${globals.zone}, allowed: an IANA zone, as Europe/Zurich`);
      const out = new Output(terminal, {
        json: globals.json === true,
        colour: globals.color && wantsColour(terminal.stdout, terminal.env),
        zone: globals.zone,
      });
      // A list of arguments stands for the arguments in it.
      const args = given.flat().filter((one): one is string => one !== undefined);
      finish((await work({ terminal, globals, out }, options, ...args)) ?? 'done');
    };
  return {
    plain,
    withOffice: (work) =>
      plain(async (run, options, ...args) => {
        await using office = await openOffice(terminal, run.globals.config);
        return await work({ ...run, office }, options, ...args);
      }),
  };
}
