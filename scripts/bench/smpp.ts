/**
 * How many texts a second go out over one SMPP bind with a window of 50, at a simulated SMSC that answers after 20 ms.
 * `--texts N` for another number. Prints the figures and writes docs/benchmarks/smpp.json and .md.
 */
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openSmppGateway } from '../../app/gateways/smpp/open.ts';
import { openLog } from '../../app/telemetry/open.ts';
import { openSmsc } from '../smsc/smsc.ts';
import { checkout } from '../stack/machine.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf } from './result.ts';

const usual = 5000;
const rounds = 3;
const { values } = parseArgs({ options: { texts: { type: 'string', default: String(usual) } } });
const count = Number(values.texts);

await using smsc = await openSmsc({ window: 50 });
smsc.delayMs = 20;
const bind = {
  name: 'bench',
  host: '127.0.0.1',
  port: smsc.port,
  tls: false,
  mode: 'transceiver',
  systemId: 'answerback',
  password: 'secret',
  systemType: '',
  addressRange: '',
  from: '+12025550199',
  window: 50,
  perSecond: 10_000,
  alphabet: 'gsm',
  long: 'udh',
  callback: 'access',
  waiting: false,
  bareNumbers: 'national',
  prefixes: [],
} as const;
const nothing = async (): Promise<void> => undefined;
await using log = openLog({ level: 'error' });
await using gateway = openSmppGateway([bind], { log, onText: nothing, onPart: nothing, onReport: nothing });
await smsc.until(() => smsc.receivers > 0);
// Its answer to the bind is still to be read here.
while (gateway.bound.length === 0) await new Promise((resolve) => setImmediate(resolve));
const body =
  'New voice message from +12025550123, 0:42. Call +12025550199,,1234567894# - Reply 1 to listen, HELP for more.';
/** A few hundred at once, as many as controllers have under way; one process sends them all. */
const lanes = 200;

async function round(n: number): Promise<{ perSecond: number; delayMs: number }> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const begun = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await gateway.send({ id: `bench-${n}-${next}`, to: `+1202${5_000_000 + next}`, body });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - begun) / 1000;
  delays.disable();
  return { perSecond: count / seconds, delayMs: delays.percentile(99) / 1e6 };
}

// The first connection and the first hundreds of texts are slower.
await round(0);
const figures = [];
for (let n = 1; n <= rounds; n += 1) figures.push(await round(n));
if (smsc.submitted.length !== count * (rounds + 1)) throw new Error('a text got lost or came twice');
if (smsc.faults.length > 0) throw new Error(smsc.faults.join(', '));
const results = [
  resultOf({
    name: 'texts out',
    unit: '/s',
    ours: figures.map((one) => one.perSecond),
    target: { of: 'ours', least: 500 },
  }),
  resultOf({
    name: 'delay of the event loop, 99th percentile',
    unit: 'ms',
    ours: figures.map((one) => one.delayMs),
    target: { of: 'ours', most: 50 },
  }),
];
process.stdout.write(`${terminalTable(results)}\n`);
if (count === usual) {
  await writeReport(
    join(checkout, 'docs/benchmarks'),
    {
      name: 'smpp',
      title: 'Texts out over SMPP',
      about: [
        `${usual} notices through the gateway over one bind with a window of 50, at a simulated SMSC that answers each after 20 ms, checks the ` +
          'window and every field, and runs in the same process. Three rounds.',
      ],
      results,
    },
    {
      date: new Date(),
      commit: commit(),
      command: 'bash scripts/run.sh scripts/bench/smpp.ts',
      machine: machineFacts({ asterisk: 'no switch', store: 'no store' }),
    },
  );
}
