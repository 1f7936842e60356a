/**
 * npm run chaos -- [--seed N] [--faults N] [--deposits N] [--minutes N] [--lines N] [--at-once N] [--kind KIND]... [--plant dropped-step|doubled-insert|believed-clock]... [--log FILE] [--load] [--most N] [--write]
 *
 * Calls go on while programs are killed, the link to the store is cut or hangs, and the disk is full, and the controller’s clock is set, at moments that the seed chooses.
 * What callers and the network know is then held against the store. Code 1 if the checker calls anything wrong (docs/reliability.md).
 * --minutes: until then, in place of so many faults and deposits. --lines telephones leave messages, --at-once parts are broken at most.
 * --log keeps what the controllers log.
 * --load makes no faults: it finds how many deposits at once this machine carries (a ramp in steps of --lines, up to --most), and holds that for --minutes (2).
 * --write puts the figures into docs/reliability.md. Mounts a small disk for the controller, in mounts of its own: root only.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isClean } from './chaos/checker.ts';
import { faultKinds } from './chaos/faults.ts';
import { isCarried, loadLines, measureLoad } from './chaos/measure-load.ts';
import { reportLines, writeLoad, writeReport } from './chaos/report.ts';
import { runChaos } from './chaos/run.ts';
import { plants } from './chaos/world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    faults: { type: 'string', default: '20' },
    deposits: { type: 'string', default: '200' },
    minutes: { type: 'string' },
    log: { type: 'string' },
    load: { type: 'boolean', default: false },
    lines: { type: 'string', default: '12' },
    most: { type: 'string', default: '400' },
    'at-once': { type: 'string', default: '2' },
    kind: { type: 'string', multiple: true },
    plant: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
  },
});

/** @throws Error for what is no whole number, or too small */
function whole(option: 'seed' | 'faults' | 'deposits' | 'lines' | 'most' | 'at-once', least = 0): number {
  const value = Number(values[option]);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${option} is a whole number from ${least}`);
  return value;
}

/** @throws Error for what is no time */
function minutesOf(given: string): number {
  const value = Number(given);
  if (!(value > 0 && Number.isFinite(value))) throw new Error('--minutes is a number above 0');
  return value;
}

/** @throws Error for what is none of those that there are */
function among<T extends string>(option: 'kind' | 'plant', known: readonly T[]): T[] | undefined {
  const given = values[option];
  for (const one of given ?? [])
    if (!known.some((name) => name === one)) throw new Error(`--${option} is one of ${known.join(', ')}`);
  return given as T[] | undefined;
}

if (process.getuid?.() === 0 && process.env['ANSWERBACK_CHAOS_MOUNTS'] === undefined) {
  const again = [
    '--mount',
    '--propagation',
    'private',
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const env = { ...process.env, ANSWERBACK_CHAOS_MOUNTS: 'own' };
  process.exit(spawnSync('unshare', again, { stdio: 'inherit', env }).status ?? 1);
}

if (values.load) {
  const minutes = minutesOf(values.minutes ?? '2');
  const result = await measureLoad({
    minutes,
    from: whole('lines', 1),
    step: whole('lines', 1),
    most: whole('most'),
    say: (line) => console.log(line),
  });
  for (const line of loadLines(result)) console.log(line);
  const command = `npm run chaos -- --load --minutes ${minutes} --lines ${values.lines} --most ${values.most}`;
  if (values.write) await writeLoad(result, minutes, command);
  process.exit(isCarried(result) ? 0 : 1);
}

const report = await runChaos({
  seed: whole('seed'),
  faults: whole('faults'),
  deposits: whole('deposits'),
  minutes: values.minutes === undefined ? undefined : minutesOf(values.minutes),
  lines: whole('lines', 1),
  atOnce: whole('at-once'),
  kinds: among('kind', faultKinds),
  logFile: values.log,
  plants: among('plant', plants) ?? [],
  say: (line) => console.log(line),
});
for (const line of reportLines(report)) console.log(line);
const until =
  values.minutes === undefined
    ? `--faults ${values.faults} --deposits ${values.deposits}`
    : `--minutes ${values.minutes}`;
const asked = `${until} --lines ${values.lines} --at-once ${values['at-once']}`;
if (values.write) await writeReport(report, `npm run chaos -- --seed ${values.seed} ${asked}`);
process.exit(isClean(report.verdict) ? 0 : 1);
