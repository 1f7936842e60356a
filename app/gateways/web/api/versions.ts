/** Versions as entity tags, and changes that are made from one of them (RFC 9110, sections 8.8.3 and 13.1). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from '../problem.ts';

/** A strong tag: it is compared with `If-Match`. */
export function tagOf(version: number): string {
  return `"v${version}"`;
}

export function tagged(reply: FastifyReply, version: number): FastifyReply {
  return reply.header('etag', tagOf(version));
}

/**
 * The versions that a change may be made from; `undefined`: any. Of weak tags and of those that are not ours none is.
 * @throws HttpProblem 400 for what is no list of tags
 */
export function wantedVersions(header: string | undefined): readonly number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(tag)))
    throw new HttpProblem(400, 'If-Match is no list of entity tags.', {
      code: 'invalid',
      fields: [{ field: 'header.if-match', code: 'invalid_format' }],
    });
  return tags.flatMap((tag) => {
    const [, digits] = /^"v(\d{1,15})"$/.exec(tag) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/**
 * The one version that a change is made from; `undefined`: any.
 * @param now as it is at this moment
 * @throws HttpProblem 412 if it is none of those that are wanted
 */
export function versionFrom(request: FastifyRequest, now: number): number | undefined {
  const wanted = wantedVersions(request.headers['if-match']);
  if (wanted === undefined) return undefined;
  if (!wanted.includes(now)) throw otherVersion(now);
  return now;
}

export function otherVersion(now?: number): HttpProblem {
  const facts = now === undefined ? {} : { headers: { etag: tagOf(now) } };
  return new HttpProblem(412, 'It has changed meanwhile. Read it again.', facts);
}

/** Whether whoever asks has it already, by `If-None-Match` (weak comparison). */
export function isKnown(request: FastifyRequest, tag: string): boolean {
  const header = request.headers['if-none-match'];
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
