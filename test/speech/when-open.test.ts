import assert from 'node:assert/strict';
import { isFault } from '../../app/core/errors.ts';
import type { Content, Converter } from '../../app/ports/convert.ts';
import type { Speech } from '../../app/speech/open-speech.ts';
import { whenOpen } from '../../app/speech/when-open.ts';

const text: Content = { contentType: 'text/plain', bytes: Buffer.from('hello') };
const spoken: Content = { contentType: 'audio/x-wav', bytes: Buffer.from('sound') };
const options = { language: 'en' };
const speaks: Converter = {
  edges: [{ from: 'text/plain', to: 'audio/x-wav', cost: 20 }],
  convert: async () => spoken,
};

describe('Speech that is still looking for its engines', () => {
  it('holds nobody up: who wants something spoken waits for it, and gets it', async () => {
    const opening = resolvers<Speech>();
    await using speech = whenOpen(opening.promise);
    const [converter] = speech.converters;
    const [speaking] = converter!.edges;
    const made = converter!.convert(text, speaking!, options);
    opening.resolve({ converters: [speaks], [Symbol.asyncDispose]: async () => undefined });
    assert.equal(await made, spoken);
  });

  it('offers only what was found in the end, and says plainly that the rest is not to be had', async () => {
    await using speech = whenOpen(
      Promise.resolve({ converters: [speaks], [Symbol.asyncDispose]: async () => undefined }),
    );
    const [converter] = speech.converters;
    const recognising = converter!.edges.find(({ to }) => to === 'text/plain')!;
    await assert.rejects(converter!.convert(spoken, recognising, options), (error) =>
      isFault(error, 'not-found'),
    );
    assert.deepEqual(
      converter!.edges.map(({ to }) => to),
      ['audio/x-wav'],
    );
  });
});

function resolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
