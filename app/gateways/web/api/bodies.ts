/** Parts of messages out of the body of a request. */
import { Fault } from '../../../core/errors.ts';
import type { DepositPart } from '../../../ports/spool.ts';
import { HttpProblem } from '../problem.ts';
import type { NewPart } from './schema/message.ts';

/** Most bytes of all parts. */
export const mostBytes = 20_000_000;
/** Most bytes of a body with parts: base64 takes 4 for 3, and words go with them. */
export const partsBodyLimit = 28_000_000;

/** @throws HttpProblem 400 for what is no base64, 413 for too much */
export function decodeParts(parts: readonly NewPart[]): DepositPart[] {
  let left = mostBytes;
  return parts.map(({ contentType, name, data }, i) => {
    const bytes = Buffer.from(data, 'base64');
    // The decoder passes over what does not belong there: then there are fewer.
    const padding = data.endsWith('==') ? 2 : Number(data.endsWith('='));
    if (data.length % 4 !== 0 || bytes.length !== (data.length / 4) * 3 - padding)
      throw new HttpProblem(400, 'A part is no base64.', {
        code: 'invalid',
        fields: [{ field: `parts.${i}.data`, code: 'invalid_format' }],
      });
    left -= bytes.length;
    if (left < 0) throw new HttpProblem(413, 'All parts together have 20 MB at most.');
    return { contentType, ...(name === undefined ? {} : { name: safeName(name) }), bytes };
  });
}

/** Without folders, and what a header or an envelope cannot carry. */
function safeName(name: string): string {
  const bare =
    name
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  return bare.trim() || 'part';
}

/** What is not what it says it is, is the sender's mistake. */
export async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Fault && error.code === 'invalid')
      throw new HttpProblem(422, 'A part is not what its type says, or is too long.', { code: 'refused' });
    throw error;
  }
}
