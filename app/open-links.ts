import type { Config } from './config.ts';
import type { Log } from './ports/log.ts';

/** Links to other nodes, if there are any. */
export async function openLinks({ sync }: Config, log: Log) {
  if (sync === undefined) return undefined;
  const { openSync } = await import('./sync/open.ts');
  const nodes = sync.nodes.map(({ kilobytesPerSecond: rate, ...node }) => ({
    ...node,
    bytesPerSecond: rate === undefined ? undefined : rate * 1000,
  }));
  return openSync({ ...sync, nodes }, { log });
}
