/** What is sealed: whatever is done to its bytes, it opens as what it was, or not at all. */
import { randomBytes } from 'node:crypto';
import { Fault } from '../../../app/core/errors.ts';
import { openBlob, sealBlob } from '../../../app/sealing/blob.ts';
import { openText, sealText } from '../../../app/sealing/field.ts';
import { openRange, openStream, sealStream } from '../../../app/sealing/stream.ts';
import { bytes, text, type Target } from './target.ts';

const isFault = (error: unknown): boolean => error instanceof Fault;

export async function sealed(): Promise<Target[]> {
  const options = { key: randomBytes(32), about: Buffer.from('media/1'), segmentBytes: 128 };
  const plains = [0, 1, 71, 72, 73, 500].map((length) => randomBytes(length));
  const known = (found: Uint8Array): void => {
    if (!plains.some((plain) => plain.equals(found)))
      throw new TypeError('something was opened that nobody sealed');
  };
  const key = {
    id: randomBytes(16).toString('hex'),
    media: randomBytes(32),
    salts: randomBytes(32),
    fields: randomBytes(32),
    words: randomBytes(32),
  };
  const keys = {
    async opening(id: string) {
      if (id === key.id) return key;
      throw new Fault('key-lost', 'another key', { temporary: false });
    },
  };
  const blobs = await Promise.all(plains.map((plain) => sealBlob(key, 'media/1', plain)));
  return [
    {
      name: 'sealed streams',
      files: ['app/sealing/stream.ts'],
      seeds: await Promise.all(plains.map((plain) => sealStream(plain, options))),
      words: ['\x28'],
      async run(input) {
        known(await openStream(input, options));
        const read = async (from: number, to: number): Promise<Uint8Array> => input.subarray(from, to);
        await openRange({ length: input.length, read }, 60, 90, options);
      },
      refuses: isFault,
    },
    {
      name: 'sealed blobs',
      files: ['app/sealing/blob.ts'],
      seeds: blobs,
      words: ['\x89ABSEAL\x01'],
      async run(input) {
        const opened = await openBlob(keys, 'media/1', input);
        if (opened !== input) known(opened);
      },
      refuses: isFault,
    },
    {
      name: 'sealed texts',
      files: ['app/sealing/field.ts'],
      seeds: ['', 'Hello', 'x'.repeat(200)].map((plain) => bytes(sealText(key, 'transcript/1', plain))),
      words: ['~', '=', 'AAAA'],
      async run(input) {
        const opened = await openText(keys, 'transcript/1', text(input));
        if (!['', 'Hello', 'x'.repeat(200)].includes(opened))
          throw new TypeError('opened what nobody sealed');
      },
      refuses: isFault,
    },
  ];
}
