import { Fault } from '../core/errors.ts';
import type { Converter, Edge } from '../ports/convert.ts';
import { recognition, speaking } from './local/open.ts';
import type { Speech } from './open-speech.ts';

/**
 * Speech that is still looking for its engines, so that nobody waits for that: until it has found them it takes every way, and
 * whoever goes one waits.
 */
export function whenOpen(opening: Promise<Speech>): Speech {
  let edges: readonly Edge[] = [speaking, recognition];
  const opened = opening.then((speech) => {
    edges = speech.converters.flatMap((one) => one.edges);
    return speech;
  });
  opened.catch(() => undefined);
  const converter: Converter = {
    get edges() {
      return edges;
    },
    async convert(content, edge, options) {
      const { converters } = await opened;
      const found = converters.find((one) =>
        one.edges.some(({ from, to }) => from === edge.from && to === edge.to),
      );
      if (found === undefined)
        throw new Fault('not-found', `${edge.from} does not become ${edge.to} here`, { temporary: false });
      return found.convert(content, edge, options);
    },
  };
  return {
    converters: [converter],
    async [Symbol.asyncDispose]() {
      await (await opened)[Symbol.asyncDispose]();
    },
  };
}
