/** Several nodes on one store, each a switch with its controller, and Kamailio in front of them. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../app/ports/store.ts';
import { openStore } from '../../app/storage/open.ts';
import { controllerAccess, openLocalAsterisk, type LocalAsterisk } from '../../scripts/stack/asterisk.ts';
import { openController, type Controller } from '../../scripts/stack/controller.ts';
import { openFront, type Front } from '../../scripts/stack/kamailio.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { openLocalStore, type LocalStore } from '../../scripts/stack/store.ts';
import { openPhone, type Phone } from '../phone/phone.ts';
import { silentLog } from '../ports/silent-log.ts';

export const access = '+12025550199';

export interface FarmNode {
  readonly name: string;
  readonly asterisk: LocalAsterisk;
  readonly controller: Controller;
  /** As the front's list has it. */
  readonly uri: string;
  /** Calls that its switch has now. */
  calls(): Promise<number>;
  /** Those calls, as Asterisk's console tells of them. */
  channels(): Promise<string>;
  /** Starts the controller that has gone again. */
  restart(): Promise<void>;
}

export interface Farm extends AsyncDisposable {
  readonly local: LocalStore;
  readonly store: Store;
  readonly front: Front;
  readonly nodes: readonly [FarmNode, FarmNode, ...FarmNode[]];
  /** The carrier: gets texts and calls of the farm. */
  readonly network: Phone;
  /** A telephone at the carrier. */
  phone(number: string): Promise<Phone>;
  /**
   * Settles when every node does its work and the front gives it calls.
   * @throws Error with what is missing after 60 s
   */
  whole(): Promise<void>;
}

/** Nodes and front have addresses of their own on loopback, as machines have. */
const frontHost = '127.0.0.9';

export interface FarmOptions {
  /** Two to five; two if absent. */
  readonly count?: number;
  /** Most calls that a node takes at once. */
  readonly callsAtOnce?: number;
}

export async function openFarm(options: FarmOptions = {}): Promise<Farm> {
  const directory = await mkdtemp(join(tmpdir(), 'ab-farm-'));
  const closing: AsyncDisposable[] = [
    { [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) },
  ];
  const keep = <T extends AsyncDisposable>(one: T): T => {
    closing.push(one);
    return one;
  };
  const close = async (): Promise<void> => {
    for (const one of closing.toReversed()) await one[Symbol.asyncDispose]();
  };
  try {
    await chmod(directory, 0o755);
    return await openAll(directory, options, keep, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function openAll(
  directory: string,
  { count = 2, callsAtOnce = 500 }: FarmOptions,
  keep: <T extends AsyncDisposable>(one: T) => T,
  close: () => Promise<void>,
): Promise<Farm> {
  const local = keep(await openLocalStore({ directory: join(directory, 'store') }));
  const frontPort = await freePort('udp');
  const server = { host: frontHost, port: frontPort };
  const network = keep(await openPhone({ server, number: 'network', onCall: 'answer' }));
  const node = async (name: string, sipHost: string): Promise<FarmNode> => {
    const { asterisk, start } = await openNode({
      name,
      sipHost,
      directory: join(directory, name),
      url: local.url,
      server,
      callsAtOnce,
    });
    keep(asterisk);
    let controller = await start();
    keep({ [Symbol.asyncDispose]: () => controller[Symbol.asyncDispose]() });
    return {
      name,
      asterisk,
      get controller() {
        return controller;
      },
      async restart() {
        if (!controller.running) controller = await start();
      },
      channels: () => asterisk.cli('core show channels concise'),
      uri: `sip:${asterisk.sipHost}:${asterisk.sipPort}`,
      async calls() {
        return Number(/(\d+) active calls?/.exec(await asterisk.cli('core show channels'))?.[1] ?? 0);
      },
    };
  };
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
  const nodes: FarmNode[] = [];
  for (const [i, name] of names.entries()) nodes.push(await node(name, `127.0.0.${2 + i}`));
  const front = keep(
    await openFront({
      directory: join(directory, 'front'),
      host: frontHost,
      port: frontPort,
      nodes: nodes.map(({ asterisk }) => `${asterisk.sipHost}:${asterisk.sipPort}`),
      carriers: [`127.0.0.1:${network.port}`],
    }),
  );
  const store = keep(
    await openStore({ url: local.url, database: 'answerback', timeoutMs: 20_000 }, { log: silentLog }),
  );
  return {
    local,
    store,
    front,
    nodes: nodes as [FarmNode, FarmNode, ...FarmNode[]],
    network,
    async phone(number) {
      return keep(await openPhone({ server, number }));
    },
    whole: () => whole(nodes, front),
    [Symbol.asyncDispose]: close,
  };
}

async function whole(nodes: readonly FarmNode[], front: Front): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await pause(100)) {
    const ready = await Promise.all(nodes.map(isReady));
    const list = await front.command('dispatcher.list');
    if (ready.every(Boolean) && nodes.every(({ uri }) => flagsOf(list, uri) === 'AP')) return;
    if (Date.now() > deadline) throw new Error(`The farm is not whole: ready ${ready.join(', ')}\n${list}`);
  }
}

async function isReady({ controller }: FarmNode): Promise<boolean> {
  const answer = await fetch(`${controller.web}/health/ready`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true;
}

/** As Kamailio prints them: first A active, I inactive, T trying or D disabled, then P probing or X. */
function flagsOf(list: string, uri: string): string | undefined {
  const at = list.indexOf(`URI: ${uri}`);
  return at === -1 ? undefined : /FLAGS: (\w\w)/.exec(list.slice(at))?.[1];
}

interface NodeOptions {
  readonly name: string;
  readonly sipHost: string;
  readonly directory: string;
  readonly url: string;
  readonly server: { readonly host: string; readonly port: number };
  readonly callsAtOnce: number;
}

async function openNode({ name, sipHost, directory, url, server, callsAtOnce }: NodeOptions) {
  const trunk = { name: 'front', ...server };
  const asterisk = await openLocalAsterisk({
    directory: join(directory, 'asterisk'),
    sipHost,
    app: `answerback-${name}`,
    trunks: [trunk],
  });
  const config = {
    node: 'home',
    numbers: { access: [access], country: 'US', ranges: [{ prefix: '+1202555', class: 'standard' }] },
    classes: { standard: { deposits: { enabled: false } } },
    trunks: [{ ...trunk, trusted: true }],
    asterisk: { ...controllerAccess(asterisk).config, app: `answerback-${name}`, trunk: 'front' },
    calls: { atOnce: callsAtOnce },
    web: { port: 0 },
  };
  const env = { MONGODB_URL: url, ...controllerAccess(asterisk).env };
  const start = (): Promise<Controller> =>
    openController({ directory: join(directory, 'controller'), config, env, readyMs: 60_000 });
  return { asterisk, start };
}
