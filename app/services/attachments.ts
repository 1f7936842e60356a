/** What mails carry: sound and faxes in forms that any computer opens, everything else as it came. */
import type { Message, Part } from '../core/message/message.ts';
import { wavOf } from '../core/message/wav.ts';
import { isTemporary } from '../core/errors.ts';
import type { Content, ConvertOptions } from '../ports/convert.ts';
import type { Log } from '../ports/log.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Conversions } from './conversions.ts';
import { readPart } from './read-part.ts';

/** Most bytes that one mail carries; most mail servers take 25 MB, a third more than what it holds. */
const mostBytes = 15_000_000;
/** Longest wait for all conversions of one mail, in milliseconds: what is not done by then goes in its own form. */
const convertMs = 8_000;

export interface AttachmentsDeps {
  readonly store: Pick<Store, 'media' | 'messages'>;
  /** Without it sound is attached in its own codec. */
  readonly conversions?: Pick<Conversions, 'part'> | undefined;
  readonly log: Log;
}

export interface Attachments {
  /**
   * Parts of a message for people. Written words are left out: they are in the mail itself.
   * @param parts of the message's own
   * @throws Fault if the store is away
   */
  of(
    message: Message,
    parts: readonly Part[],
    language: string,
  ): Promise<{ readonly parts: readonly DepositPart[]; readonly leftOut: number }>;
  /** Parts as they are. @throws Fault if the store is away */
  read(parts: readonly Part[]): Promise<readonly DepositPart[]>;
}

export function createAttachments(deps: AttachmentsDeps): Attachments {
  return {
    async of(message, wanted, language) {
      const parts: DepositPart[] = [];
      let leftOut = 0;
      let room = mostBytes;
      const options = { language, signal: AbortSignal.timeout(convertMs) };
      for (const part of wanted) {
        const index = message.envelope.parts.indexOf(part);
        if (index === 0 && /^text\/plain\b/i.test(part.contentType) && part.name === undefined) continue;
        const found = part.bytes > 4 * mostBytes ? undefined : await formOf(deps, message, part, options);
        if (found === undefined || found.bytes.length > room) leftOut += 1;
        else {
          room -= found.bytes.length;
          parts.push(named(found, part, parts.length + 1));
        }
      }
      return { parts, leftOut };
    },
    read: (parts) =>
      Promise.all(parts.map((part) => asItIs(deps, part))).then((all) =>
        all.filter((one) => one !== undefined),
      ),
  };
}

async function asItIs({ store }: AttachmentsDeps, part: Part): Promise<DepositPart | undefined> {
  const media = await store.media.get(part.media);
  if (media === undefined) return undefined;
  const { contentType, durationMs, name } = part;
  return {
    contentType,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(name === undefined ? {} : { name }),
    bytes: media.bytes,
  };
}

async function asItIsKept(
  deps: AttachmentsDeps,
  message: Message,
  index: number,
): Promise<DepositPart | undefined> {
  const name = message.envelope.parts[index]?.name;
  const content = await readPart(deps, message, index);
  return content && { ...content, ...(name === undefined ? {} : { name }) };
}

async function formOf(
  deps: AttachmentsDeps,
  message: Message,
  part: Part,
  options: ConvertOptions,
): Promise<DepositPart | undefined> {
  const type = (part.contentType.split(';')[0] ?? '').toLowerCase();
  const telephone = /^audio\/(pcmu|pcma|g722|l16|gsm|slin|basic)$/.test(type);
  const form = telephone ? 'audio/mpeg' : type === 'image/tiff' ? 'application/pdf' : undefined;
  const index = message.envelope.parts.findIndex(({ media }) => media === part.media);
  if (form !== undefined) {
    const content = await converted(deps, message, index, form, options);
    if (content !== undefined) {
      const durationMs = content.durationMs ?? part.durationMs;
      return {
        contentType: content.contentType,
        ...(durationMs === undefined ? {} : { durationMs }),
        bytes: content.bytes,
      };
    }
  }
  const found = await asItIsKept(deps, message, index);
  const wav = found === undefined ? undefined : wavOf(found.contentType, found.bytes);
  return found === undefined || wav === undefined
    ? found
    : { ...found, contentType: 'audio/wav', bytes: wav };
}

async function converted(
  deps: AttachmentsDeps,
  message: Message,
  index: number,
  form: string,
  options: ConvertOptions,
): Promise<Content | undefined> {
  if (deps.conversions === undefined) return undefined;
  try {
    return await deps.conversions.part(message, index, form, options);
  } catch (error) {
    deps.log[isTemporary(error) ? 'warn' : 'info']('a mail carries a part in its own form', {
      error,
      message: message.id,
    });
    return undefined;
  }
}

const endings: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'application/pdf': 'pdf',
  'image/tiff': 'tiff',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'video/mp4': 'mp4',
};

/** Under the name that it came with, or what it is; one that was turned into something else has that ending. */
function named(found: DepositPart, part: Part, n: number): DepositPart {
  const ending = endings[(found.contentType.split(';')[0] ?? '').toLowerCase()];
  const same = found.contentType === part.contentType;
  if (part.name !== undefined && (same || ending === undefined)) return { ...found, name: part.name };
  const bare = part.name?.replace(/\.[A-Za-z0-9]{1,5}$/, '') ?? `message${n === 1 ? '' : `-${n}`}`;
  return ending === undefined ? { ...found, name: bare } : { ...found, name: `${bare}.${ending}` };
}
