/** FreeSWITCH's adapter alone, against the double: what it costs, and how long a command takes. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEslMedia } from '../../app/media/esl/open.ts';
import { EslConnection } from '../../app/media/esl/wire/connection.ts';
import type { Call } from '../../app/ports/media.ts';
import type { PromptCatalog } from '../../app/ports/prompts.ts';
import { waveHeader } from '../../test/media/esl/double/sound.ts';
import { silentLog } from '../../test/ports/silent-log.ts';
import { shippedSpeech } from '../../test/speech/shipped.ts';
import type { BenchProgram } from './bench-options.ts';
import { resultOf } from './result.ts';
import { percentile, spreadOf } from './statistics.ts';

const about = [
  'A double of FreeSWITCH, made from recordings of a real one, rings in a process of its own; its callers hear a prompt of a second, speak for ' +
    'three seconds at real-time pace and press a key. Answered, played to, recorded and hung up by the adapter alone, without controller and store. CPU is that of the ' +
    'process with the adapter; calls arrive so that all are up at once. A command’s time is from asking to its reply, beside the same command over a bare socket.',
];

const password = 'bench';
const promptMs = 1000;
/** Calls arrive over so long. */
const arrivalMs = 4000;
/** What the crowd takes at real-time pace: arrivals, two prompts and what is said. */
const paceMs = arrivalMs + 2 * promptMs + 3000;

export const esl: BenchProgram = {
  name: 'esl',
  async run(_stage, { quick, rounds, say }) {
    const folder = await mkdtemp(join(tmpdir(), 'ab-bench-esl-'));
    const child = fork(new URL('esl-switch.ts', import.meta.url), [password], {
      execArgv: ['--import', 'tsx'],
    });
    try {
      const [{ port }] = (await once(child, 'message')) as [{ port: number }];
      return await measure({ folder, child, port, calls: quick ? 50 : 500, rounds: quick ? 1 : rounds, say });
    } finally {
      child.disconnect();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Setting {
  readonly folder: string;
  readonly child: ChildProcess;
  readonly port: number;
  readonly calls: number;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

async function measure({ folder, child, port, calls, rounds, say }: Setting) {
  const prompts = await promptsIn(folder);
  const settings = {
    host: '127.0.0.1',
    port,
    password,
    listen: { host: '127.0.0.1', port: 0 },
    folder,
    profile: 'internal',
    domain: '127.0.0.1',
    trunk: 'trunk',
    trunks: [{ name: 'trunk', host: '127.0.0.1', port: 5060 }],
    recordings: 'shared' as const,
    http: { host: '127.0.0.1', port: 0, maxBytes: 1_000_000, folder: '/nowhere' },
    timeoutMs: 10_000,
  };
  await using media = await openEslMedia(settings, {
    log: silentLog,
    clock: { now: () => new Date() },
    prompts,
    language: 'en',
    lampOf: async () => undefined,
  });
  await media.ready(AbortSignal.timeout(10_000));
  child.send({ port: media.port });
  const cores: number[] = [];
  const paces: number[] = [];
  let most = 0;
  for (let round = 0; round < rounds; round += 1) {
    const taken = await crowd(media.calls.bind(media), child, calls);
    cores.push(taken.cores);
    paces.push(taken.pace);
    most = Math.max(most, taken.most);
    say(
      `${calls} calls, ${taken.most} up at once: ${taken.cores.toFixed(2)} cores, ${taken.pace.toFixed(2)} × real time`,
    );
  }
  const { ours, bare } = await commands(port);
  const results = [
    resultOf({
      name: `CPU of the adapter, ${calls} calls at once`,
      unit: 'cores',
      ours: cores,
      target: { of: 'ours', most: 1 },
    }),
    // The double is slower than a switch: this is how far it kept up.
    resultOf({ name: 'time taken, of what the calls last', unit: '×', ours: paces }),
    resultOf({ name: 'calls up at once', unit: 'calls', ours: [most], target: { of: 'ours', least: calls } }),
    ...[50, 99].map((percent) =>
      resultOf({
        name: `a command → its reply (p${percent})`,
        unit: 'ms',
        ours: [percentile(ours, percent)],
        native: [percentile(bare, percent)],
        target: { of: 'difference', most: 5 },
        spread: spreadOf(ours),
      }),
    ),
  ];
  return { name: 'esl', title: 'FreeSWITCH’s adapter', about, results };
}

/** CPU of this process while the crowd is there, from the first call to the last hang-up. */
async function crowd(
  open: (signal: AbortSignal) => AsyncIterable<Call>,
  child: ChildProcess,
  calls: number,
): Promise<{ readonly cores: number; readonly most: number; readonly pace: number }> {
  const over = new AbortController();
  const done = once(child, 'message').then(() => over.abort());
  const [before, began] = [process.cpuUsage(), performance.now()];
  child.send({ calls, everyMs: arrivalMs / calls });
  let up = 0;
  let most = 0;
  const served: Promise<void>[] = [];
  for await (const call of open(over.signal)) {
    up += 1;
    most = Math.max(most, up);
    served.push(serve(call).then(() => void (up -= 1)));
  }
  await Promise.all([...served, done]);
  const { user, system } = process.cpuUsage(before);
  const took = performance.now() - began;
  return { cores: (user + system) / 1000 / paceMs, most, pace: took / paceMs };
}

async function serve(call: Call): Promise<void> {
  await using own = call;
  await own.answer();
  await own.play([{ kind: 'prompt', name: 'greeting-default' }], { language: 'en' });
  const result = await own.record({
    tag: `+12025550123~-~1~${own.id}~0`,
    maxSeconds: 60,
    maxSilenceSeconds: 10,
    terminators: '#',
    beep: false,
  });
  if (result.kind !== 'key') throw new Error(`a recording ended by ${result.kind}`);
  await result.take?.discard();
  await own.play([{ kind: 'prompt', name: 'greeting-default' }], { language: 'en' });
}

/** The same question over our connection and over a bare socket, in turns. */
async function commands(port: number): Promise<{ readonly ours: number[]; readonly bare: number[] }> {
  let ready = (): void => undefined;
  const asked = new Promise<void>((resolve) => (ready = resolve));
  const connection = new EslConnection(
    connect(port, '127.0.0.1'),
    { event: () => undefined, closed: () => undefined, authRequest: () => ready() },
    { timeoutMs: 5000 },
  );
  await asked;
  await connection.command(`auth ${password}`);
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'data');
  socket.write(`auth ${password}\n\n`);
  await once(socket, 'data');
  const ours: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < 500; n += 1) {
    let began = performance.now();
    await connection.command('getvar x').catch(() => undefined);
    ours.push(performance.now() - began);
    began = performance.now();
    socket.write('getvar x\n\n');
    await once(socket, 'data');
    bare.push(performance.now() - began);
  }
  connection.close();
  socket.destroy();
  return { ours, bare };
}

async function promptsIn(folder: string): Promise<PromptCatalog> {
  const samples = Buffer.alloc(promptMs * 16);
  await writeFile(join(folder, 'prompt.wav'), Buffer.concat([waveHeader(samples.length), samples]));
  return { clip: () => join(folder, 'prompt'), durationMs: () => promptMs, speech: shippedSpeech };
}
