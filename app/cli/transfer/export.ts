import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { Message } from '../../core/message/message.ts';
import type { Archive } from '../../ports/archive.ts';
import { writeRow, columnNames } from '../../core/directory/columns.ts';
import { packMessage, unpackMessage, type Packed } from '../../services/pack-message.ts';
import { openTables } from '../../tables/open.ts';
import { systemDigest as digest } from '../../telemetry/system-digest.ts';
import type { OfficeRun } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import type { Office } from '../office/office.ts';
import { openArchived } from '../office/archived.ts';
import { allMailboxes } from '../office/pages.ts';
import { writeBeside } from './kept-beside.ts';
import { openProgress } from '../output/progress.ts';
import { writeWhole } from '../output/whole-file.ts';

const pageSize = 100;

/** Beside the table: what it does not say of mailboxes. */
export interface ExportNotes {
  readonly format: 'answerback-export-1';
  readonly made: string;
  readonly held: readonly { readonly number: string; readonly since: string; readonly why?: string }[];
}

export async function exportAll(
  { office, out, terminal }: OfficeRun,
  { pins = false }: { readonly pins?: boolean },
  folder = '',
  ...numbers: string[]
): Promise<Ending> {
  const wanted =
    numbers.length === 0 ? undefined : await Promise.all(numbers.map((one) => office.mailbox(one)));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const progress = openProgress(terminal.stderr, undefined);
  await using archived = await openArchived(office);
  const sum = { mailboxes: 0, written: 0, there: 0, bad: 0 };
  const held: ExportNotes['held'][number][] = [];
  const tables = openTables();
  try {
    await writeWhole(join(folder, 'subscribers.csv'), async (write) => {
      await write(tables.write(columnNames));
      for await (const mailbox of wanted ?? allMailboxes(office.store.mailboxes)) {
        sum.mailboxes += 1;
        await write(tables.write(writeRow(mailbox)));
        const { number, hold } = mailbox;
        if (hold !== undefined)
          held.push({
            number,
            since: hold.since.toISOString(),
            ...(hold.why === undefined ? {} : { why: hold.why }),
          });
        for (const kind of await writeBeside(office.store, mailbox, join(folder, number.slice(1)), pins)) {
          progress.say(`${number}: the sound of greeting ${kind} is gone`);
          sum.bad += 1;
        }
        for await (const message of messagesOf(office, mailbox)) {
          terminal.signal.throwIfAborted();
          const done = await exportOne(
            { office, archive: archived.archive },
            mailbox,
            message,
            join(folder, number.slice(1)),
          );
          if (done.kind === 'bad') progress.say(`${message.id}: ${done.why}`);
          sum[done.kind] += 1;
          progress.step(
            sum.written,
            `${sum.mailboxes} mailboxes, ${sum.written} written, ${sum.there} there, ${sum.bad} bad`,
          );
        }
      }
    });
  } finally {
    progress.end();
  }
  const notes: ExportNotes = { format: 'answerback-export-1', made: new Date().toISOString(), held };
  await writeWhole(join(folder, 'export.json'), (write) => write(`${JSON.stringify(notes, undefined, 2)}\n`));
  await office.note(
    pins ? 'exported-with-pins' : 'exported',
    undefined,
    `${sum.written} messages of ${sum.mailboxes} mailboxes`,
  );
  if (out.json) await out.document({ folder, ...sum });
  const { mailboxes, written, there, bad } = sum;
  await out.line(
    `${mailboxes} mailboxes: ${written} messages written, ${there} were there, ${bad} could not be read`,
  );
  return bad > 0 ? 'invalid' : 'done';
}

async function* messagesOf({ store }: Office, mailbox: Mailbox): AsyncGenerator<Message> {
  let after: Message | undefined;
  for (;;) {
    const page = await store.messages.list(mailbox.id, {
      limit: pageSize,
      order: 'oldest',
      ...(after === undefined ? {} : { after }),
    });
    yield* page;
    after = page.at(-1);
    if (page.length < pageSize) return;
  }
}

type Exported = { readonly kind: 'written' | 'there' } | { readonly kind: 'bad'; readonly why: string };

interface Sources {
  readonly office: Office;
  readonly archive: Archive | undefined;
}

async function exportOne(
  { office, archive }: Sources,
  mailbox: Mailbox,
  message: Message,
  folder: string,
): Promise<Exported> {
  const file = join(folder, `${message.id}.xml`);
  if (await isThere(file, message)) return { kind: 'there' };
  const packed = await documentOf(office, archive, message, mailbox);
  if (packed.kind === 'too-large') return { kind: 'bad', why: 'it is too large for one document' };
  if (packed.kind === 'lost') return { kind: 'bad', why: packed.what };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.writeFile(packed.document);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    for (const part of unpackMessage(digest, await readFile(partial)).parts) await part.bytesOf();
  } catch (error) {
    await rm(partial, { force: true });
    return { kind: 'bad', why: (error as Error).message };
  }
  await rename(partial, file);
  return { kind: 'written' };
}

/** What lies in the archive is such a document. */
async function documentOf(
  { store }: Office,
  archive: Archive | undefined,
  message: Message,
  mailbox: Mailbox,
): Promise<Packed> {
  const { archived } = message;
  if (archived === undefined) return packMessage({ media: store.media, digest }, message, mailbox.number);
  const document = await archive?.get(archived.key, archived.bytes);
  if (document === undefined) return { kind: 'lost', what: `${archived.key} is not in the archive` };
  return { kind: 'packed', document };
}

/** It is good if it is whole, and nothing has changed since. */
async function isThere(file: string, message: Message): Promise<boolean> {
  const document = await readFile(file).catch(() => undefined);
  if (document === undefined) return false;
  try {
    const { beside, parts } = unpackMessage(digest, document);
    for (const part of parts) await part.bytesOf();
    return beside.version === message.version && beside.state === message.state;
  } catch {
    return false;
  }
}
