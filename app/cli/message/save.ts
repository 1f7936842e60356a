import { open, rename, rm, stat } from 'node:fs/promises';
import { mediaType } from '../../core/conversion/media-type.ts';
import type { Message } from '../../core/message/message.ts';
import type { Content } from '../../ports/convert.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { converting, findMessage } from '../office/messages.ts';
import type { Office } from '../office/office.ts';
import { bytes } from '../output/text.ts';

/** Media types by the ending of a file. */
export const wantedForms: Readonly<Record<string, string>> = {
  wav: 'audio/x-wav',
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  ulaw: 'audio/pcmu',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  tiff: 'image/tiff',
  txt: 'text/plain',
};

const endings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(wantedForms).map(([ending, type]) => [type, ending])),
  'audio/wav': 'wav',
  'audio/pcma': 'alaw',
  'audio/g722': 'g722',
  'audio/l16': 'raw',
  'video/mp4': 'mp4',
  'message/rfc822': 'eml',
};

interface SaveChoice {
  readonly output?: string;
  readonly as?: string;
  readonly part?: number;
  readonly force?: boolean;
}

export async function saveMessage(run: OfficeRun, choice: SaveChoice, name = ''): Promise<void> {
  const { office, out, terminal } = run;
  const message = await findMessage(office, name);
  const found = await contentOf(office, message, choice, terminal.signal);
  const mailbox = await office.store.mailboxes.get(message.mailbox);
  await office.note('message-read', mailbox, message.id);
  const { output, part = 1, force = false } = choice;
  if (output === '-') return out.raw(found.bytes);
  const ending = endings[mediaType(found.contentType)] ?? 'bin';
  const file = output ?? `${message.id}-${part}.${ending}`;
  await write(file, found.bytes, force);
  const facts = { id: message.id, file, contentType: found.contentType, bytes: found.bytes.length };
  if (out.json) await out.document(facts);
  await out.line(`${file}: ${found.contentType}, ${bytes(found.bytes.length)}`);
}

/** @throws Failure if there is no such part, or no way leads to the form */
async function contentOf(
  office: Office,
  message: Message,
  { as, part }: SaveChoice,
  signal: AbortSignal,
): Promise<Content> {
  const { parts } = message.envelope;
  if (part !== undefined && parts[part - 1] === undefined)
    throw new Failure('notFound', `message ${message.id} has ${parts.length} parts, and no part ${part}`);
  const language = languageOf(office, message);
  const first = parts[(part ?? 1) - 1];
  const words = as === 'txt' && part === undefined;
  await using opened = await converting(office, words);
  const form = as === undefined ? mediaType(first?.contentType ?? '') : (wantedForms[as] ?? as);
  const options = { language: await language, signal };
  const found = words
    ? await wordsOf(opened.conversions, message, options)
    : first && (await opened.conversions.part(message, parts.indexOf(first), form, options));
  if (found === undefined) throw new Failure('failed', noWay(message, first?.contentType, as));
  return found;
}

type Conversions = Awaited<ReturnType<typeof converting>>['conversions'];
type Options = Parameters<Conversions['part']>[3];

/** What was written, else what was said. */
async function wordsOf(
  conversions: Conversions,
  message: Message,
  options: Options,
): Promise<Content | undefined> {
  const written = await conversions.words(message, 'text/plain', options);
  if (written !== undefined) return written;
  const sound = message.envelope.parts.findIndex(({ contentType }) => contentType.startsWith('audio/'));
  return sound < 0 ? undefined : conversions.part(message, sound, 'text/plain', options);
}

async function languageOf({ store, profiles, config }: Office, { mailbox: id }: Message): Promise<string> {
  const mailbox = await store.mailboxes.get(id);
  return mailbox === undefined ? config.prompts.language : profiles.of(mailbox).language;
}

function noWay({ id, tier }: Message, type: string | undefined, as: string | undefined): string {
  if (type === undefined) return `message ${id} has no parts; \`--as txt\` gives its words`;
  const form = as === undefined ? '' : ` as ${as}`;
  const archived = tier === 'archived' ? '; it lies in the archive' : '';
  return `${type} of message ${id} cannot be had${form}: no program here turns it into that, or its bytes are gone${archived}`;
}

/** To a file beside the wanted one first, so that nobody plays half a message. */
async function write(file: string, content: Uint8Array, force: boolean): Promise<void> {
  if (!force && (await stat(file).catch(() => undefined)) !== undefined)
    throw new Failure('refused', `${file} is there already; --force writes over it`);
  const partial = `${file}.${process.pid}.partial`;
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
