/**
 * A process that sends a message to several and is killed by itself in the middle: `send-and-die.ts URL DATABASE SPOOL INSERTS
 * NUMBER...`, where INSERTS is how many of the copies reach the store before.
 */
import { isMainThread } from 'node:worker_threads';
import type { E164 } from '../../app/core/ids.ts';
import type { Store } from '../../app/ports/store.ts';
import { openStore } from '../../app/storage/open.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sendersOf, sendingTo } from './sending-world.ts';

if (!isMainThread) throw new Error('a process of its own');
const [url = '', database = '', spool = '', inserts = '', ...to] = process.argv.slice(2);
const store = await openStore({ url, database, timeoutMs: 15_000 }, { log: silentLog });
let left = Number(inserts);
const underWay: Promise<unknown>[] = [];

const messages = new Proxy(store.messages, {
  get(target, name) {
    const value = Reflect.get(target, name) as unknown;
    if (typeof value !== 'function') return value;
    if (name !== 'insert') return value.bind(target) as unknown;
    return async (message: Parameters<Store['messages']['insert']>[0]) => {
      if (left === 0) {
        await Promise.all(underWay);
        process.kill(process.pid, 'SIGKILL');
      }
      left -= 1;
      const inserting = target.insert(message);
      underWay.push(inserting);
      return inserting;
    };
  },
});
const { sends } = await sendersOf({ ...store, messages }, spool);
await sends.send(sendingTo(to as E164[]));
process.stdout.write('not killed\n');
process.exit(1);
