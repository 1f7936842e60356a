/** A process that has calls and texts under way when it is killed: `account-and-die.ts DIRECTORY`. */
import { isMainThread } from 'node:worker_threads';
import type { Call } from '../../app/ports/media.ts';
import { createAccount } from '../../app/services/account.ts';
import { openJournal } from '../../app/storage/spool/journal.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sampleCdr, sampleMessage } from './sample.ts';

if (!isMainThread) throw new Error('a process of its own');
const [directory = ''] = process.argv.slice(2);
const account = createAccount({
  // The store is away.
  cdrs: { insert: async () => Promise.reject(new Error('away')) },
  journal: openJournal({ directory }, { log: silentLog }),
  clock: { now: () => new Date() },
  random: systemRandom,
  log: silentLog,
});
const forever = new Promise<never>(() => undefined);
const leg = { src: '+1', dst: '+2', clid: '+1', outcome: 'connect-sender', accountcode: 'box' };
await account.dial(leg, async () => ({ kind: 'busy' }));
void account.dial(leg, () => forever);
const aMinuteAgo = new Date(Date.now() - 60_000);
const call = {
  id: 'out-1',
  started: aMinuteAgo,
  answered: aMinuteAgo,
  facts: { trunk: 'trunk' },
  entry: { kind: 'outgoing' },
} as unknown as Call;
await account.dial({ ...leg, outcome: 'deliver' }, async () => ({ kind: 'answered', call }));
account.message('deposit', sampleMessage(), new Date());
const { id: _, ...text } = sampleCdr({ event: 'text-out', lastapp: 'text', disposition: 'NO ANSWER' });
account.begin(text, 'text-1').end({ disposition: 'ANSWERED' });
account.begin(text, 'text-2');
process.kill(process.pid, 'SIGKILL');
