/**
 * What conversions cost, and what they disturb: the delay of the controller's event loop while four run at once, the CPU time of
 * writing down 20 s of speech, and whether the notice of such a message comes later. `--quick` measures little and writes
 * nothing; `--out FOLDER` writes elsewhere than to docs/benchmarks.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { E164 } from '../../app/core/ids.ts';
import { hangup, hear, meanwhile, speak } from '../../app/media/scripted/steps.ts';
import type { Content } from '../../app/ports/convert.ts';
import { createConversions, type Conversions } from '../../app/services/conversions.ts';
import { openLog } from '../../app/telemetry/open.ts';
import { checkout } from '../stack/machine.ts';
import { cpuOf } from './cpu.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { openMemoryController, type MemoryController } from './memory-controller.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf, type Result } from './result.ts';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
});
const quick = values.quick;
const rounds = quick ? 1 : 3;
const notices = quick ? 2 : 9;
const loopMs = quick ? 4000 : 30_000;
const seconds = 20;
const language = { language: 'en' };
/** Numbers of the two classes: one whose messages are written down, and one whose are not. */
const [written, plain] = ['+1202555', '+1202556'];
const settings = { notify: [{ gateway: 'sip', to: 'subscriber' }], welcome: false };

const sentence =
  'Hello, this is a message for you about the meeting on Thursday. Please call me back before noon, or leave a message ' +
  'with my office. We have to find a room for twelve people, and somebody has to bring the papers. Thank you, and good bye. ';

const directory = await mkdtemp(join(tmpdir(), 'answerback-bench-'));
await chmod(directory, 0o755);
try {
  await using controller = await openMemoryController(directory, {
    [written]: { ...settings, transcribe: true },
    [plain]: settings,
  });
  await using log = openLog({ level: 'error' });
  const conversions = createConversions({ ...controller, log });
  const speech = await speechFor(conversions);
  const results = [
    ...(await loopDelay(conversions, speech)),
    ...(await transcription(controller, speech)),
    await noticeDelay(controller, speech),
  ];
  process.stdout.write(`${terminalTable(results)}\n`);
  if (!quick || values.out !== undefined) await write(results);
} finally {
  await rm(directory, { recursive: true, force: true });
}
// What a library leaves behind must not hold the process.
process.exit();

function textOf(text: string): Content {
  return { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(text) };
}

async function into(conversions: Conversions, content: Content, form: string): Promise<Content> {
  const made = await conversions.content(content, form, language);
  if (made === undefined) throw new Error(`nothing here turns ${content.contentType} into ${form}`);
  return made;
}

/** So many seconds of speech, as a telephone brings it. */
async function speechFor(conversions: Conversions): Promise<Content> {
  const { contentType, bytes } = await into(conversions, textOf(sentence.repeat(3)), 'audio/pcmu');
  if (bytes.length < seconds * 8000) throw new Error('too little was said');
  return { contentType, bytes: bytes.subarray(0, seconds * 8000), durationMs: seconds * 1000 };
}

/** Four conversions are under way all the time: words of sound, sound of words, a text as a fax, a fax as a picture. */
async function loopDelay(conversions: Conversions, speech: Content): Promise<Result[]> {
  const letter = textOf(sentence.repeat(30));
  const fax = await into(conversions, letter, 'image/tiff');
  const works: readonly (readonly [Content, string])[] = [
    [speech, 'text/plain'],
    [letter, 'audio/pcmu'],
    [letter, 'image/tiff'],
    [fax, 'image/png'],
  ];
  const idle = await delayDuring(async () => pause(quick ? 1000 : 5000));
  const busy: number[] = [];
  let done = 0;
  for (let n = 0; n < rounds; n += 1) {
    const until = performance.now() + loopMs / rounds;
    busy.push(
      await delayDuring(async () => {
        const lanes = works.map(async ([content, form]) => {
          do {
            await into(conversions, content, form);
            done += 1;
          } while (performance.now() < until);
        });
        await Promise.all(lanes);
      }),
    );
  }
  return [
    resultOf({
      name: 'delay of the event loop while four run, 99th percentile',
      unit: 'ms',
      ours: busy,
      target: { of: 'ours', most: 50 },
    }),
    resultOf({ name: 'the same while nothing runs', unit: 'ms', ours: [idle] }),
    resultOf({ name: 'conversions in that time', unit: '', ours: [done] }),
  ];
}

async function delayDuring(work: () => Promise<void>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  await work();
  delays.disable();
  return delays.percentile(99) / 1e6;
}

/** From the caller's hang-up until the words are with the message: everything that this process and its children use. */
async function transcription(controller: MemoryController, speech: Content): Promise<Result[]> {
  const cpu: number[] = [];
  const took: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const before = cpuOf(process.pid);
    const begun = performance.now();
    const to = `${written}00${10 + n}`;
    await leave(controller, to, speech);
    await transcriptOf(controller, to);
    took.push((performance.now() - begun) / 1000);
    cpu.push((cpuOf(process.pid) - before) / 1000);
  }
  return [
    resultOf({
      name: `CPU time of a message of ${seconds} s that is written down`,
      unit: 's',
      ours: cpu,
      target: { of: 'ours', most: 20 },
    }),
    resultOf({ name: 'until its words are there', unit: 's', ours: took }),
  ];
}

async function transcriptOf({ store }: MemoryController, to: string): Promise<string> {
  for (const deadline = performance.now() + 120_000; performance.now() < deadline;) {
    const mailbox = await store.mailboxes.find(to as E164);
    const [message] = mailbox === undefined ? [] : await store.messages.list(mailbox.id, { limit: 1 });
    if (message?.transcript !== undefined) return message.transcript;
    await pause(100);
  }
  throw new Error('the message was not written down');
}

/** In turns: one that is written down, one that is not. Earlier ones may still be under way, as on a busy system. */
async function noticeDelay(controller: MemoryController, speech: Content): Promise<Result> {
  const [ours, native]: [number[], number[]] = [[], []];
  // The first of each class makes its mailbox and what is loaded late.
  for (const prefix of [written, plain]) await leave(controller, `${prefix}0050`, speech);
  for (let n = 0; n < notices; n += 1) {
    ours.push(await leave(controller, `${written}01${10 + n}`, speech));
    native.push(await leave(controller, `${plain}01${10 + n}`, speech));
  }
  return resultOf({
    name: 'hang-up → notice, with a transcript (ours) and without (native)',
    unit: 'ms',
    ours,
    native,
    target: { of: 'difference', most: 100 },
  });
}

/** A caller leaves the message; answers the milliseconds from the end of the call to its notice. */
async function leave(controller: MemoryController, to: string, speech: Content): Promise<number> {
  let hungUp = 0;
  const told = new Promise<number>((resolve) => {
    controller.onText = (text) => {
      if (text.to === to) resolve(performance.now());
    };
  });
  controller.media.ring({
    facts: { requestUser: to, toUser: to, from: { number: '+12025570123' } },
    steps: [
      hear('beep'),
      speak(speech.bytes),
      meanwhile(() => {
        hungUp = performance.now();
      }),
      hangup(),
    ],
  });
  return (await told) - hungUp;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function write(results: readonly Result[]): Promise<void> {
  const out = values.out;
  return writeReport(
    out ?? join(checkout, 'docs/benchmarks'),
    {
      name: 'conversions',
      title: 'Conversions beside calls',
      about: [
        'The whole controller in one process with a switch in memory, the real store, and the programs of this machine: ffmpeg, Ghostscript, ' +
          'flite, pocketsphinx. Four conversions at once: 20 s of speech into words, a letter of some pages into speech and into a fax, and ' +
          'that fax into a picture, each begun anew when it is done.',
        `CPU time is that of the controller and of all programs that it starts, from the end of a call of ${seconds} s until the words are ` +
          'with the message, with everything else that the message causes. Notices are those of callers who leave such a message to a class ' +
          'with `transcribe` and to one without in turns, while the messages before are still being written down.',
      ],
      results,
    },
    {
      date: new Date(),
      commit: commit(),
      command: `bash scripts/run.sh scripts/bench/conversions.ts${quick ? ' --quick' : ''}`,
      machine: machineFacts({ asterisk: 'no switch', store: 'FerretDB over PostgreSQL' }),
    },
  );
}
