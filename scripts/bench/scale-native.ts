/** Asterisk's own voice mail as far as it goes: folders of up to 9,999 messages, and many mailboxes in voicemail.conf. */
import { mkdir, link, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import { cpuOf } from './cpu.ts';
import { nativeInbox, nativeNumber } from './native.ts';
import { resultOf, type Result } from './result.ts';
import { speechOf } from './sound.ts';
import { callerNumber, type Stage } from './stage.ts';
import { median } from './statistics.ts';

/** What app_voicemail allows at most. */
const mostInFolder = 9999;
const folders = [10, 1000, mostInFolder - 1];
const configured = [1000, 10_000, 100_000];
const patienceMs = 15_000;
const consoleMs = 55_000;
const reloadPatienceMs = 120_000;

export async function measureNative(
  stage: Stage,
  rounds: number,
  say: (line: string) => void,
): Promise<Result[]> {
  await using phone = await openPhone({ server: stage.server, number: callerNumber(6) });
  const speech = await speechOf(1);
  const results: Result[] = [];
  const times = new Map<number, number[]>(folders.map((size) => [size, []]));
  const costs = new Map<number, number[]>(folders.map((size) => [size, []]));
  for (const [n, size] of folders.entries()) await fillFolder(stage, n, size);
  await leave(stage, phone, speech, 0);
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, size] of folders.entries()) {
      const before = cpuOf(stage.asterisk.pid);
      times.get(size)?.push(await leave(stage, phone, speech, n));
      costs.get(size)?.push(cpuOf(stage.asterisk.pid) - before);
      await empty(stage, n, size);
    }
  }
  const least = folders[0] ?? 0;
  for (const size of folders) {
    const against = size === least ? {} : { native: times.get(least) ?? [] };
    results.push(
      resultOf({
        name: `native: hang-up → message, ${size} in its folder`,
        unit: 'ms',
        ours: times.get(size) ?? [],
        ...against,
      }),
      resultOf({
        name: `native: CPU of a message, ${size} in its folder`,
        unit: 'ms',
        ours: costs.get(size) ?? [],
      }),
    );
  }
  results.push(await refusal(stage, phone, speech));
  for (const result of results) say(`${result.name}: ${result.ours} ${result.unit}`);
  results.push(...(await reloads(stage, Math.min(rounds, 2), say)));
  return results;
}

/** A mailbox whose folder is full: whether what is said is kept. */
async function refusal(stage: Stage, phone: Phone, speech: Buffer): Promise<Result> {
  const full = folders.length - 1;
  const inbox = nativeInbox(stage.asterisk.spool, full);
  await leave(stage, phone, speech, full);
  const call = await phone.call(nativeNumber(full));
  await call.up();
  // It says that the mailbox is full, and takes nothing.
  await pause(5000);
  await call.say(speech).catch(() => undefined);
  await call.hangup();
  await pause(1000);
  return resultOf({
    name: `native: messages in a folder of ${mostInFolder} after one more caller`,
    unit: 'messages',
    ours: [(await wavs(inbox)).length],
  });
}

/** How long `voicemail reload` takes; a command that does nothing beside it. */
async function reloads(stage: Stage, rounds: number, say: (line: string) => void): Promise<Result[]> {
  const file = join(stage.asterisk.etc, 'voicemail.conf');
  const before = await readFile(file, 'utf8');
  const idle: number[] = [];
  const took = new Map<number, number[]>();
  /** Mailboxes with which it had not ended when nobody waited any more. */
  const broken = new Set<number>();
  const time = async (command: string, boxes = 0): Promise<number> => {
    const begun = performance.now();
    await stage.asterisk.cli(command);
    // A console waits a minute for an answer. This one comes when the list of mailboxes can be read again.
    while (performance.now() - begun > consoleMs) {
      const answer = await stage.asterisk.cli('voicemail show users for nobody');
      if (answer.trim() !== '') break;
      if (performance.now() - begun > reloadPatienceMs) {
        broken.add(boxes);
        break;
      }
    }
    return performance.now() - begun;
  };
  const write = (boxes: number, round: number): Promise<void> => {
    const more = Array.from({ length: boxes }, (_, i) => `${2_000_000 + i} => 1234,User ${i},,`);
    // Another text each time: one that has not changed is not read.
    return writeFile(file, `${before}\n; ${round} ${boxes}\n${more.join('\n')}\n`);
  };
  for (const boxes of configured) {
    // Once of the many: it takes minutes, and so does forgetting them.
    for (let round = 0; round < (boxes === configured.at(-1) ? 1 : rounds); round += 1) {
      idle.push(await time('core show uptime'));
      await write(boxes, round);
      const ms = await time('voicemail reload', boxes);
      took.set(boxes, [...(took.get(boxes) ?? []), ms]);
      say(`native: reload with ${boxes} mailboxes: ${Math.round(ms)} ms`);
      if (boxes === configured.at(-1)) continue;
      await write(0, round);
      await time('voicemail reload');
    }
  }
  const least = configured[0] ?? 0;
  const few = median(took.get(least) ?? []) - median(idle);
  return configured.map((boxes) => {
    const ours = (took.get(boxes) ?? []).map((ms) => ms - median(idle));
    return resultOf({
      name: `native: reload with ${boxes} mailboxes${broken.has(boxes) ? ', not over then' : ''}`,
      unit: 'ms',
      ours,
      ...(boxes === least ? {} : { native: ours.map(() => few) }),
    });
  });
}

/** Leaves a message; milliseconds from the BYE until it lies in the folder. */
async function leave(stage: Stage, phone: Phone, speech: Buffer, n: number): Promise<number> {
  const inbox = nativeInbox(stage.asterisk.spool, n);
  const before = (await wavs(inbox)).length;
  const call = await phone.call(nativeNumber(n));
  await call.up();
  await call.hearsTone(1000, { withinMs: patienceMs });
  await call.say(speech);
  const over = call.hangup();
  const bye = call.times.ended ?? performance.now();
  while ((await wavs(inbox)).length <= before) {
    if (performance.now() - bye > patienceMs) throw new Error('a message did not come');
    await pause(2);
  }
  const ms = performance.now() - bye;
  await over;
  return ms;
}

/** Messages of a second each, all the same file. */
async function fillFolder(stage: Stage, n: number, size: number): Promise<void> {
  const inbox = nativeInbox(stage.asterisk.spool, n);
  await mkdir(inbox, { recursive: true });
  const sound = join(stage.directory, 'native.wav');
  const text = join(stage.directory, 'native.txt');
  await rm(sound, { force: true });
  await writeFile(sound, Buffer.concat([wavHead(16_000), Buffer.alloc(16_000)]));
  await writeFile(
    text,
    '[message]\norigmailbox=10000\ncontext=\nmacrocontext=\nexten=\nrdnis=\npriority=1\ncallerid=Unknown\norigdate=\norigtime=1\ncategory=\nmsg_id=1\nflag=\nduration=1\n',
  );
  for (let i = 0; i < size; i += 1) {
    const name = join(inbox, `msg${String(i).padStart(4, '0')}`);
    await link(sound, `${name}.wav`);
    await link(text, `${name}.txt`);
  }
}

/** Takes away what was left over the size. */
async function empty(stage: Stage, n: number, size: number): Promise<void> {
  const inbox = nativeInbox(stage.asterisk.spool, n);
  for (const name of await readdir(inbox))
    if (Number(/^msg(\d+)/.exec(name)?.[1] ?? 0) >= size) await rm(join(inbox, name));
}

async function wavs(inbox: string): Promise<string[]> {
  return (await readdir(inbox).catch(() => [])).filter((name) => name.endsWith('.wav'));
}

/** RIFF head of 16-bit sound at 8 kHz. */
function wavHead(bytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}
