/**
 * A process that manages what is due and is killed by itself in the middle: `sweep-and-die.ts URL DATABASE NOW CALL`, where CALL is
 * the operation of the store before which it ends.
 */
import { isMainThread } from 'node:worker_threads';
import { openStore } from '../../app/storage/open.ts';
import { silentLog } from '../ports/silent-log.ts';
import { never, SweepWorld } from './sweep-world.ts';

if (!isMainThread) throw new Error('a process of its own');
const [url = '', database = '', now = '', call = ''] = process.argv.slice(2);
const store = await openStore({ url, database, timeoutMs: 15_000 }, { log: silentLog });

const dying = <T extends object>(room: T, name: string): T =>
  new Proxy(room, {
    get(target, method) {
      const value = Reflect.get(target, method) as unknown;
      if (typeof value !== 'function') return value;
      if (`${name}.${String(method)}` !== call) return value.bind(target) as unknown;
      return () => process.kill(process.pid, 'SIGKILL');
    },
  });
const world = new SweepWorld(
  { ...store, retention: dying(store.retention, 'retention'), counting: dying(store.counting, 'counting') },
  { profile: { compressAfterDays: 1, trashDays: 1 } },
);
world.now = new Date(now);
await world.sweep().sweepDue(never);
process.stdout.write('not killed\n');
process.exit(1);
