/** Which Asterisk there is on this machine, and how it is run. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  cacheFolder,
  checkout,
  inRoot,
  onMachine,
  onPath,
  requireSetUp,
  rootFolder,
  type CommandLine,
} from './machine.ts';

export interface Installation {
  /** Folder of its modules, as it sees it. */
  readonly modules: string;
  readonly inRoot: boolean;
  /** The command line that runs it with access to its folder and the prompts. */
  command(args: readonly string[], directory: string, prompts: string, pidFile?: string): CommandLine;
}

/** The machine's own Asterisk from 22 on, else the one of the Debian root. */
export function findInstallation(): Installation {
  const own = onPath('asterisk');
  if (own !== undefined && majorVersion(own) >= 22) {
    return { modules: modulesBelow('/'), inRoot: false, command: (args) => onMachine(own, args) };
  }
  requireSetUp(rootFolder());
  return {
    modules: modulesBelow(rootFolder()),
    inRoot: true,
    command: (args, directory, prompts, pidFile) =>
      inRoot('/usr/sbin/asterisk', args, {
        bind: [checkout, cacheFolder(), directory, prompts].filter((folder) => existsSync(folder)),
        ...(pidFile === undefined ? {} : { pidFile }),
      }),
  };
}

function majorVersion(binary: string): number {
  const version = execFileSync(binary, ['-V'], { encoding: 'utf8' });
  return Number(/Asterisk (?:GIT-)?(\d+)/.exec(version)?.[1] ?? 0);
}

function modulesBelow(root: string): string {
  const library = join(root, 'usr/lib');
  const places = ['asterisk/modules', ...readdirSync(library).map((name) => join(name, 'asterisk/modules'))];
  const found = places.find((place) => existsSync(join(library, place, 'app_stasis.so')));
  if (found === undefined)
    throw new Error(
      `no Asterisk modules below ${library}; install the package asterisk-modules, or run npm run setup`,
    );
  return join('/usr/lib', found);
}
