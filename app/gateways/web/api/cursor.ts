/**
 * Cursors: where a page ended, for whoever comes back with it. They hold nothing that is secret, and open nothing: lists are judged
 * anew each time. A sum over list, filter and place keeps one from being used for another list, or made up by hand.
 */
import { createHash } from 'node:crypto';
import { HttpProblem } from '../problem.ts';

const sumBytes = 6;

/** @param list what is listed, with its filter: another filter is another list */
export function cursorTo(list: string, place: string): string {
  return Buffer.concat([sumOf(list, place), Buffer.from(place, 'utf8')]).toString('base64url');
}

/** The place, `undefined` without a cursor. @throws HttpProblem 400 for what was not made by `cursorTo` for this list */
export function placeOf(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  const place = bytes.subarray(sumBytes).toString('utf8');
  if (bytes.length <= sumBytes || cursorTo(list, place) !== cursor) throw badCursor();
  return place;
}

export function badCursor(): HttpProblem {
  return new HttpProblem(400, 'The cursor is not of this list.', { code: 'bad-cursor' });
}

function sumOf(list: string, place: string): Buffer {
  return createHash('sha256').update(`${list}\n${place}`).digest().subarray(0, sumBytes);
}
