import { createReadStream } from 'node:fs';
import { access, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MailboxId } from '../../core/ids.ts';
import { importSubscribers } from '../../services/directory-import.ts';
import { unpackMessage } from '../../services/pack-message.ts';
import { takeInMessage, type TakenIn } from '../../services/take-in-message.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemDigest as digest } from '../../telemetry/system-digest.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import type { OfficeRun } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Office } from '../office/office.ts';
import { subscriberOffice } from '../office/subscribers.ts';
import { openProgress } from '../output/progress.ts';
import type { ExportNotes } from './export.ts';
import { besideName } from './kept-beside.ts';
import { takeBeside } from './take-beside.ts';

interface ImportChoice {
  readonly dryRun?: boolean;
  readonly report?: string;
}

export async function importAll(
  { office, out, terminal }: OfficeRun,
  { dryRun = false, report: reportFile }: ImportChoice,
  folder = '',
): Promise<Ending> {
  const notes = await notesOf(folder);
  const files = await documentsIn(folder);
  const progress = openProgress(terminal.stderr, files.length);
  const report = reportFile === undefined ? undefined : await open(reportFile, 'w', 0o600);
  const sum = { subscribers: 0, taken: 0, known: 0, renumbered: 0, bad: 0 };
  const touched = new Set<MailboxId>();
  const bad = async (file: string, why: string): Promise<void> => {
    sum.bad += 1;
    progress.say(`${file}: ${why}`);
    await report?.write(`${JSON.stringify({ file, why })}\n`);
  };
  try {
    const table = join(folder, 'subscribers.csv');
    sum.subscribers = await subscribers(office, table, dryRun, terminal.signal, (why) => bad(table, why));
    for (const [i, file] of files.entries()) {
      if (terminal.signal.aborted) break;
      const taken = await one(office, file, dryRun);
      if (taken.kind === 'bad') await bad(file, taken.why);
      else sum[taken.kind] += 1;
      if (taken.kind === 'taken') {
        if (!dryRun) touched.add(taken.mailbox);
        if (taken.renumbered) sum.renumbered += 1;
      }
      progress.step(i + 1, `${sum.taken} taken in, ${sum.known} here already, ${sum.bad} bad`);
    }
    for (const file of terminal.signal.aborted ? [] : await filesBeside(folder)) {
      const why = await takeBeside(office, file, dryRun);
      if (why !== undefined) await bad(file, why);
    }
    if (!dryRun) await holds(office, notes);
  } finally {
    progress.end();
    // Also where it ends early: counters are right then.
    for (const mailbox of touched) await office.store.mailboxes.recount(mailbox);
    await report?.close();
  }
  if (!dryRun) await office.note('imported', undefined, `${sum.taken} messages`);
  if (out.json) await out.document({ folder, dryRun, ...sum });
  const { taken, known, renumbered } = sum;
  await out.line(
    `${dryRun ? 'would be: ' : ''}${sum.subscribers} subscribers; messages: ${taken} taken in (${renumbered} with another reference), ${known} here already, ${sum.bad} bad`,
  );
  if (terminal.signal.aborted) return 'interrupted';
  return sum.bad > 0 ? 'invalid' : 'done';
}

async function notesOf(folder: string): Promise<ExportNotes> {
  const text = await readFile(join(folder, 'export.json'), 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new Failure('usage', `${folder} is no whole export: there is no export.json in it; export again`);
  try {
    const notes = JSON.parse(text) as ExportNotes;
    if (notes.format === 'answerback-export-1' && Array.isArray(notes.held)) return notes;
  } catch {
    // Said below.
  }
  throw new Failure('usage', `${join(folder, 'export.json')} is not what an export writes`);
}

async function documentsIn(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const path = join(folder, name);
    if (!/^\d+$/.test(name) || !(await stat(path)).isDirectory()) continue;
    const names = (await readdir(path)).filter((file) => file.endsWith('.xml')).toSorted();
    files.push(...names.map((file) => join(path, file)));
  }
  return files;
}

async function filesBeside(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { withFileTypes: true })).filter(
    (one) => one.isDirectory() && /^\d+$/.test(one.name),
  );
  const files = names.map(({ name }) => join(folder, name, besideName)).toSorted();
  const there = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, i) => there[i]);
}

async function subscribers(
  office: Office,
  table: string,
  dryRun: boolean,
  signal: AbortSignal,
  onBad: (why: string) => Promise<void>,
): Promise<number> {
  const { tables, importing } = await subscriberOffice(office);
  const problems: string[] = [];
  const sum = await importSubscribers(tables.read(createReadStream(table)), importing, {
    dryRun,
    signal,
    onProblem: ({ line, column, found, allowed }) =>
      problems.push(`line ${line}, ${column}: found ${found}, allowed: ${allowed}`),
  });
  for (const why of problems) await onBad(why);
  return sum.created + sum.changed + sum.same;
}

async function one({ store, plan }: Office, file: string, dryRun: boolean): Promise<TakenIn> {
  const document = await readFile(file);
  if (!dryRun) return takeInMessage({ store, plan, digest, clock, random }, document);
  try {
    const { envelope, parts } = unpackMessage(digest, document);
    for (const part of parts) await part.bytesOf();
    const known = await store.messages.get(envelope.id);
    return known === undefined
      ? { kind: 'taken', mailbox: '' as MailboxId, renumbered: false }
      : { kind: 'known' };
  } catch (error) {
    return { kind: 'bad', why: (error as Error).message };
  }
}

async function holds({ store, plan }: Office, { held }: ExportNotes): Promise<void> {
  for (const { number, since, why } of held) {
    const parsed = plan.parse(number);
    const mailbox = parsed && (await store.mailboxes.find(parsed));
    if (mailbox === undefined || mailbox.hold !== undefined) continue;
    const hold = { since: new Date(since), ...(why === undefined ? {} : { why }) };
    await store.retention.holdMailbox(mailbox.id, hold, clock.now());
  }
}
