/** How files pass between this host and the switch: through a folder that both see, or over HTTP. */
import { basename } from 'node:path';
import { Fault } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { Exchange } from './exchange.ts';
import { asFault } from './line.ts';
import type { EslConnection } from './wire/connection.ts';

export interface Carrier {
  /** True: what the switch writes is here only once it is brought. */
  readonly apart: boolean;
  /** Once connected to the switch. */
  prepare(): Promise<void>;
  /** Where the switch is to write what is to lie at this path here. */
  target(path: string): string;
  /** Where the switch finds what lies at this path here. @throws Fault */
  offer(path: string): Promise<string>;
  /** Names of what the switch has written and is not here. @throws Fault */
  left(): Promise<readonly string[]>;
  /** Brings one of them to this path; it is on this disk then, and gone from the switch. @throws Fault */
  bring(path: string): Promise<void>;
}

/** Both see the same folder by the same path. */
export const sharedFolder: Carrier = {
  apart: false,
  prepare: async () => undefined,
  target: (path) => path,
  offer: async (path) => path,
  left: async () => [],
  bring: async () => undefined,
};

export interface HttpCarrierDeps {
  readonly exchange: Exchange;
  readonly connection: () => EslConnection;
  /** Folder of the switch's own disk: letters, digits, `/`, `.`, `_` and `-`. */
  readonly folder: string;
  readonly log: Log;
}

/** What may stand in a command of the switch's shell: tags have no other characters. */
const carried = /^[A-Za-z0-9._+-][A-Za-z0-9._~+,-]{0,250}\.(wav|tif)$/;

/**
 * The switch records on its own disk, is asked to PUT the file here (`http_put` of mod_http_cache), and to remove it once it is
 * on this disk; what is played it GETs from here (`http_get`). A recording that cannot be brought now stays there and is found
 * again by its name.
 */
export class HttpCarrier implements Carrier {
  readonly apart = true;
  readonly #deps: HttpCarrierDeps;
  /** What is being brought: one transfer a file. */
  readonly #bringing = new Map<string, Promise<void>>();

  constructor(deps: HttpCarrierDeps) {
    if (!/^\/[A-Za-z0-9._/-]{1,200}$/.test(deps.folder))
      throw new Fault('config-invalid', 'freeswitch.http.folder: a plain absolute path', {
        temporary: false,
      });
    this.#deps = deps;
  }

  async prepare(): Promise<void> {
    const { folder } = this.#deps;
    await this.#run(`system mkdir -p ${folder} ${folder}/faxes ${folder}/cache`);
  }

  target(path: string): string {
    const name = basename(path);
    if (!carried.test(name)) throw new Fault('invalid', 'no name of a recording', { temporary: false });
    return `${this.#deps.folder}/${name}`;
  }

  async offer(path: string): Promise<string> {
    const { exchange } = this.#deps;
    const there = await this.#run(`http_get ${exchange.offer(path)}`);
    if (!there.startsWith('/'))
      throw new Fault('media-failed', 'the switch did not fetch a sound', { temporary: true });
    return there;
  }

  async left(): Promise<readonly string[]> {
    const said = await this.#run(`system ls -1 ${this.#deps.folder}`);
    return said.split('\n').filter((name) => carried.test(name));
  }

  bring(path: string): Promise<void> {
    const running = this.#bringing.get(path) ?? this.#bring(path).finally(() => this.#bringing.delete(path));
    this.#bringing.set(path, running);
    return running;
  }

  async #bring(path: string): Promise<void> {
    const there = this.target(path);
    const { exchange, log } = this.#deps;
    using place = exchange.expect(path);
    const said = await this.#run(`http_put ${place.url} ${there}`);
    if (!place.taken())
      throw new Fault('media-failed', `a recording did not come from the switch: ${said}`, {
        temporary: true,
      });
    await this.#run(`system rm -f ${there}`).catch((error: unknown) => {
      log.warn('a recording that was brought stays at the switch too', { error: String(error) });
    });
  }

  /** In the background: it takes time, and must not hold up events. */
  async #run(line: string): Promise<string> {
    try {
      return (await this.#deps.connection().bgapi(line)).trim();
    } catch (error) {
      const fault = asFault(error);
      throw fault.temporary
        ? fault
        : new Fault('media-failed', fault.message, { temporary: true, cause: error });
    }
  }
}
