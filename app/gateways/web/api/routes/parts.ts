/** The content of a message: part by part, in any form that there is. */
import { createHash } from 'node:crypto';
import type { Message } from '../../../../core/message/message.ts';
import { HttpProblem } from '../../problem.ts';
import { notFound } from '../guard.ts';
import { sendBytes } from '../ranges.ts';
import { route, type AnyRoute } from '../route.ts';
import { partPath, partQuery } from '../schema/message.ts';
import type { ApiServices } from '../services.ts';
import { findSubject, noteReading } from '../subjects.ts';

/** Longest wait for a conversion, or for what lies in the archive, in milliseconds. */
const patienceMs = 60_000;

export function partRoutes(services: ApiServices): AnyRoute[] {
  return [
    route({
      method: 'GET',
      url: '/messages/:id/parts/:n',
      access: 'link',
      scope: 'messages:read',
      content: true,
      tag: 'messages',
      name: 'readPart',
      summary: 'Read a part of a message',
      describe:
        'As it came, or in one of its `forms`. Ranges of it may be asked for (RFC 9110, section 14). What strangers sent is to be shown, never run: it comes with `nosniff` and a policy that lets nothing run.',
      params: partPath,
      query: partQuery,
      answers: {
        200: { types: ['*/*'], describe: 'The content.' },
        206: { types: ['*/*'], describe: 'A range of it.' },
        304: 'nothing',
      },
      async handle({ request, params: { id, n }, query: { form, page, download } }, reply) {
        const { message, mailbox } = await findSubject(services, request, id);
        const { language } = services.profiles.of(mailbox);
        const signal = AbortSignal.timeout(patienceMs);
        const found = await services.parts.content(message, n, { form, page, language, signal });
        if (found.kind === 'no-part') throw notFound();
        if (found.kind === 'gone') throw new HttpProblem(410, 'Its content is lost.');
        if (found.kind === 'no-form')
          throw new HttpProblem(422, 'It cannot be had in that form.', { code: 'no-such-form' });
        noteReading(services, request, 'message-heard', { mailbox: mailbox.id, message: message.id });
        const { contentType, bytes } = found.content;
        return sendBytes(request, reply, {
          contentType: safeType(contentType),
          bytes,
          tag: tagOf(bytes),
          name: nameOf(message, n, contentType),
          download: download === 'true' || !isShown(contentType),
        });
      },
    }),
  ];
}

/** Of the bytes themselves: a part may be kept otherwise tomorrow. */
function tagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
}

/** What a browser shows and plays without running anything. */
function isShown(contentType: string): boolean {
  return /^(audio\/|video\/|image\/(png|jpeg|gif|webp)\b|text\/plain\b|application\/pdf\b)/i.test(
    contentType,
  );
}

/** What could be a page is none, and what is no media type is bytes. */
function safeType(contentType: string): string {
  const type = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}/.exec(contentType)?.[0].toLowerCase();
  if (type === undefined) return 'application/octet-stream';
  if (/^(text\/(?!plain)|application\/(xhtml|xml)|image\/svg)|\+xml$|script/.test(type))
    return 'text/plain; charset=utf-8';
  if (type === 'text/plain')
    return /charset=[\w-]+/i.exec(contentType)
      ? contentType.replaceAll(/[^\x20-\x7e]/g, '')
      : 'text/plain; charset=utf-8';
  return type;
}

const endings: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/ogg': 'ogg',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/tiff': 'tiff',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'video/mp4': 'mp4',
};

function nameOf({ envelope }: Message, n: number, contentType: string): string {
  const part = envelope.parts[n];
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const ending = endings[type];
  const same = part?.contentType.split(';', 1)[0]?.trim().toLowerCase() === type;
  if (part?.name !== undefined && (same || ending === undefined)) return part.name;
  const bare = part?.name?.replace(/\.[A-Za-z0-9]{1,5}$/, '') ?? `message-${n + 1}`;
  return ending === undefined ? bare : `${bare}.${ending}`;
}
