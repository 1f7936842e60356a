/** Files of the switch's own disk: mod_http_cache as recorded (09b), and what `system` does of a shell. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

const agent = { 'User-Agent': 'freeswitch-http-cache/1.0' };

export class SwitchFiles implements Disposable {
  readonly #folder = join(tmpdir(), `ab-switch-cache-${randomUUID()}`);
  readonly #cache = new Map<string, string>();

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The path of the file in its cache; of what cannot be got it says, as recorded, that it has no such command. */
  async get(url: string): Promise<string> {
    const known = this.#cache.get(url);
    if (known !== undefined) return known;
    const response = await fetch(url, { headers: agent }).catch(() => undefined);
    if (response?.ok !== true) return '-ERR http_get Command not found!\n';
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, `${randomUUID()}${extname(new URL(url).pathname)}`);
    writeFileSync(path, Buffer.from(await response.arrayBuffer()));
    this.#cache.set(url, path);
    return path;
  }

  async put(url: string, path: string): Promise<string> {
    if (!existsSync(path)) return '-ERR 0\n';
    const headers = { ...agent, 'Content-Type': 'application/octet-stream' };
    const sent = fetch(url, { method: 'PUT', headers, body: readFileSync(path) });
    const status = (await sent.catch(() => undefined))?.status ?? 0;
    return status >= 200 && status < 300 ? `+OK ${status}\n` : `-ERR ${status}\n`;
  }

  /** The few commands that are asked for; their output, as a shell gives it. */
  system(line: string): string {
    const [program, ...words] = line.split(' ');
    const paths = words.filter((word) => word.startsWith('/'));
    for (const path of paths) {
      if (program === 'mkdir') mkdirSync(path, { recursive: true });
      if (program === 'rm') rmSync(path, { force: true });
    }
    const [folder = ''] = paths;
    return program === 'ls' && existsSync(folder)
      ? readdirSync(folder)
          .map((name) => `${name}\n`)
          .join('')
      : '';
  }
}
