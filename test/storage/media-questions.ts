/** What is asked of media, short and long ones, in this order. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MediaId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { ByteSource } from '../../app/ports/byte-source.ts';
import type { Store } from '../../app/ports/store.ts';
import { singleDocumentBytes } from '../../app/storage/media.ts';

const none = randomUUID() as MediaId;
const long = randomUUID() as MediaId;
/** More than fits one document. */
const longBytes = singleDocumentBytes + 1;
const owner = 'owner' as never;

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  length: bytes.length,
  read: async (from, to) => bytes.subarray(from, to),
});

export const mediaQuestions = (
  message: Message,
): Readonly<Record<string, (store: Store) => Promise<unknown>>> => ({
  'media.put': ({ media }) => media.put(none, 'audio/PCMU', new Uint8Array(8), owner),
  'media.put of a long one': ({ media }) => media.put(long, 'audio/PCMU', new Uint8Array(longBytes), owner),
  'media.putFrom': ({ media }) =>
    media.putFrom(long, 'audio/PCMU', sourceOf(new Uint8Array(longBytes)), owner, 'a'.repeat(64)),
  'media.putFrom of a short one': ({ media }) =>
    media.putFrom(none, 'audio/PCMU', sourceOf(new Uint8Array(8)), owner, 'a'.repeat(64)),
  'media.putAll': async ({ media }) =>
    assert.deepEqual(
      await media.putAll([{ id: none, contentType: 'audio/PCMU', bytes: new Uint8Array(8), owner }]),
      [none],
    ),
  'media.getAll': async ({ media }) => assert.equal((await media.getAll([none])).size, 1),
  'media.get': ({ media }) => media.get(none),
  'media.get of a long one': async ({ media }) =>
    assert.equal((await media.get(long))?.bytes.length, longBytes),
  'media.getRange': ({ media }) => media.getRange(none, 2, 4),
  'media.getRange of a long one': async ({ media }) =>
    assert.equal((await media.getRange(long, longBytes - 3, longBytes + 9))?.bytes.length, 3),
  'resealing.replaceMedia': ({ resealing }) => resealing.replaceMedia(none, new Uint8Array(9)),
  'resealing.replaceMedia of a long one': async ({ media, resealing }) => {
    assert.equal(await resealing.replaceMedia(long, new Uint8Array(longBytes + 7).fill(1)), true);
    assert.deepEqual(await media.getRange(long, longBytes, longBytes + 99), {
      contentType: 'audio/PCMU',
      bytes: new Uint8Array(7).fill(1),
      total: longBytes + 7,
    });
  },
  'resealing.rewrite': ({ resealing }) => resealing.rewrite({ ...message, version: 0 }, [], message.mailbox),
  'media.delete': ({ media }) => media.delete(none),
  'media.delete of a long one': ({ media }) => media.delete(long),
});
