/** A process that follows events as many clients do, each over a connection of its own, and tells when each had a message. */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface ClientsWork {
  readonly address: string;
  /** One client for each. */
  readonly tokens: readonly string[];
  /** So many of them, the last ones, read nothing after the head. */
  readonly idle: number;
}

/** `open`: all follow. Times are of the machine's own clock, in milliseconds. */
export type ClientsNews =
  | { readonly kind: 'open' }
  | { readonly kind: 'told'; readonly message: string; readonly at: number };

/** Opened at once; more would be an attack. */
const atOnce = 20;

/** The same for all processes. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

if (process.send !== undefined) {
  const [work] = (await once(process, 'message')) as [ClientsWork];
  await follow(work, (news) => process.send?.(news));
}

async function follow({ address, tokens, idle }: ClientsWork, tell: (news: ClientsNews) => void) {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const open = (client: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${tokens[client] ?? ''}` };
      const asked = get(`${address}/v1/events`, { agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`answered with ${response.statusCode}`));
        response.on('error', () => undefined);
        if (client >= tokens.length - idle) response.pause();
        else read(response, (message) => tell({ kind: 'told', message, at: machineMs() }));
        resolve();
      });
      asked.once('error', reject);
    });
  for (let from = 0; from < tokens.length; from += atOnce) {
    const some = Math.min(atOnce, tokens.length - from);
    await Promise.all(Array.from({ length: some }, (_, k) => open(from + k)));
    await pause(10);
  }
  tell({ kind: 'open' });
}

/** Only what a bench asks for: the ids of new messages. */
function read(response: NodeJS.ReadableStream, told: (message: string) => void): void {
  let rest = '';
  response.setEncoding('latin1');
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id] = /\nevent: message\.new\ndata: \{"id":"([^"]+)"/.exec(block) ?? [];
      if (id !== undefined) told(id);
    }
  });
}
