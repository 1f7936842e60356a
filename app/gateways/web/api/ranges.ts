/** Answers with bytes, whole or a range of them (RFC 9110, section 14). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from '../problem.ts';
import { isKnown } from './versions.ts';

export interface Bytes {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Strong: other bytes have another. */
  readonly tag: string;
  /** File name that a browser saves it under. */
  readonly name: string;
  /** A browser is to save it, and not to show it. */
  readonly download: boolean;
}

/**
 * One range is answered; several, or what is no range of bytes, as if there were none, which is allowed. A private cache may keep
 * it but asks each time: whether it may still be had is judged anew.
 */
export function sendBytes(request: FastifyRequest, reply: FastifyReply, what: Bytes): FastifyReply {
  const { bytes, tag } = what;
  void reply.headers({
    etag: tag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-disposition': disposition(what),
    // What strangers sent is nothing to run, whatever it says it is.
    'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'self'",
  });
  if (isKnown(request, tag)) return reply.status(304).send();
  const range = wanted(request, bytes.length, tag);
  void reply.type(what.contentType);
  if (range === undefined) return reply.send(asBuffer(bytes));
  if (range === 'none')
    throw new HttpProblem(416, 'There are no such bytes.', {
      headers: { 'content-range': `bytes */${bytes.length}` },
    });
  const { from, to } = range;
  return reply
    .status(206)
    .header('content-range', `bytes ${from}-${to}/${bytes.length}`)
    .send(asBuffer(bytes.subarray(from, to + 1)));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function wanted(
  { headers }: FastifyRequest,
  length: number,
  tag: string,
): { readonly from: number; readonly to: number } | 'none' | undefined {
  const { range } = headers;
  const condition = headers['if-range'];
  if (range === undefined || (condition !== undefined && condition !== tag)) return undefined;
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim()) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const suffix = Math.min(Number(last), length);
    return suffix === 0 ? 'none' : { from: length - suffix, to: length - 1 };
  }
  const from = Number(first);
  const to = last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= length ? 'none' : { from, to };
}

/** RFC 6266, with the name in UTF-8 besides (RFC 8187). */
function disposition({ name, download }: Bytes): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const coded = encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `${download ? 'attachment' : 'inline'}; filename="${plain}"; filename*=UTF-8''${coded}`;
}
