/** What faults happen to: store behind a link, switch, controller, and the network with the subscribers' phones. */
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import { openRelay, type Relay } from '../../test/storage/relay.ts';
import { controllerAccess, openLocalAsterisk, type LocalAsterisk } from '../stack/asterisk.ts';
import { openController, type Controller } from '../stack/controller.ts';
import { checkout } from '../stack/machine.ts';
import { run } from '../stack/run.ts';
import { openLocalStore, type LocalStore } from '../stack/store.ts';

export const access = '+12025550199';
export const database = 'answerback';
/** The shortest that messages and references can be kept: a clock that is set goes past it. */
export const keptDays = { retentionDays: 1, referenceDays: 1 };
/** Of the controller's own disk. */
const diskMegabytes = 8;

/** A bug put into the controller on purpose, to see that the checker finds it. */
export const plants = ['dropped-step', 'doubled-insert', 'believed-clock'] as const;
export type Plant = (typeof plants)[number];

export interface World extends AsyncDisposable {
  readonly local: LocalStore;
  /** Between controller and store. */
  readonly link: Relay;
  readonly asterisk: LocalAsterisk;
  readonly controller: Controller;
  readonly network: Phone;
  /** Folder of recordings at the switch, and the controller's own for deposits. */
  readonly recordings: string;
  readonly deposits: string;
  /** False where no disk of its own could be made for the controller: only root may. */
  readonly ownDisk: boolean;
  restartController(): Promise<void>;
  /** Ends it and starts it with other sections of its configuration. */
  restartWith(sections: Readonly<Record<string, unknown>>): Promise<void>;
  /** Sets the controller's clock so many milliseconds apart from what it is; it stays so over a restart. */
  setClock(apartMs: number): Promise<void>;
  /** Whoever asks for it closes it. */
  phone(number: string): Promise<Phone>;
}

export interface WorldOptions {
  readonly plants?: readonly Plant[] | undefined;
  /** Gets what the controllers log. */
  readonly logFile?: string | undefined;
  /** `debug` if absent. */
  readonly logLevel?: 'debug' | 'info';
  /** The controller has a small disk of its own, so that it can be filled; true if absent. */
  readonly smallDisk?: boolean;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { plants: planted = [], logFile, logLevel = 'debug', smallDisk = true } = options;
  const log = logFile === undefined ? undefined : createWriteStream(logFile);
  const directory = await mkdtemp(join(tmpdir(), 'ab-chaos-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of closing.toReversed()) await step();
  };
  const keep = <T extends AsyncDisposable>(one: T): T => {
    closing.push(async () => one[Symbol.asyncDispose]());
    return one;
  };
  try {
    await chmod(directory, 0o755);
    const local = keep(await openLocalStore({ directory: join(directory, 'store') }));
    const link = keep(await openRelay(Number(new URL(local.url).port)));
    const network = keep(
      await openPhone({ server: { host: '127.0.0.1', port: 9 }, number: 'network', onCall: 'answer' }),
    );
    const trunks = [{ name: 'trunk', host: '127.0.0.1', port: network.port }];
    const asterisk = keep(await openLocalAsterisk({ directory: join(directory, 'asterisk'), trunks }));
    const deposits = join(directory, 'disk');
    const ownDisk = await mountDisk(deposits, smallDisk);
    if (ownDisk) closing.push(() => run({ program: 'umount', args: [deposits] }).catch(() => undefined));
    const time = join(directory, 'clock');
    await writeFile(time, '0');
    let sections: Readonly<Record<string, unknown>> = {};
    const start = (): Promise<Controller> =>
      openController({
        directory: join(directory, 'controller'),
        config: { ...configFor(asterisk, network.port, deposits), log: { level: logLevel }, ...sections },
        env: {
          MONGODB_URL: `mongodb://127.0.0.1:${link.port}/?directConnection=true`,
          ...controllerAccess(asterisk).env,
          CHAOS_CLOCK: time,
          NODE_OPTIONS: importing(['stepped-clock', ...planted.map((plant) => `plants/${plant}`)]),
        },
        readyMs: 60_000,
        onLine: (line) => log?.write(`${JSON.stringify(line)}\n`),
      });
    let controller = await start();
    // All has been judged, and one with a bug on purpose may not find an orderly end.
    closing.push(async () => controller.kill('SIGKILL'));
    return {
      local,
      link,
      asterisk,
      network,
      deposits,
      ownDisk,
      recordings: join(asterisk.spool, 'answerback'),
      get controller() {
        return controller;
      },
      async restartController() {
        if (!controller.running) controller = await start();
        // It may have been set meanwhile.
        process.kill(controller.pid, 'SIGUSR2');
      },
      async restartWith(other) {
        sections = other;
        await controller.kill('SIGTERM');
        controller = await start();
      },
      async setClock(apartMs) {
        await writeFile(time, String(apartMs));
        if (controller.running) process.kill(controller.pid, 'SIGUSR2');
      },
      async phone(number) {
        return openPhone({ server: { host: asterisk.sipHost, port: asterisk.sipPort }, number });
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Options of Node for modules in here. */
function importing(modules: readonly string[]): string {
  return modules.map((module) => `--import ${join(checkout, `scripts/chaos/${module}.mjs`)}`).join(' ');
}

function configFor(asterisk: LocalAsterisk, port: number, deposits: string): Record<string, unknown> {
  return {
    numbers: { access: [access], country: 'US', ranges: [{ prefix: '+1202555', class: 'standard' }] },
    classes: { standard: { minSpeechMs: 100, ...keptDays, deposits: { enabled: false } } },
    trunks: [{ name: 'trunk', host: '127.0.0.1', port, trusted: true }],
    asterisk: controllerAccess(asterisk).config,
    spool: { directory: deposits },
    web: { port: 0 },
  };
}

/** A small disk, so that it can be filled. It outlives the controller, as disks do. */
async function mountDisk(folder: string, wanted: boolean): Promise<boolean> {
  await mkdir(folder);
  if (!wanted || process.getuid?.() !== 0) return false;
  const args = ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m,mode=755`, 'tmpfs', folder];
  return run({ program: 'mount', args }).then(
    () => true,
    () => false,
  );
}
