/** Speech as simple as can be, in memory: each letter of a text is a tenth of a second of its own code, and back. */
import { Fault } from '../../app/core/errors.ts';
import { packSpans } from '../../app/core/message/spoken.ts';
import type { Content, Converter, ConvertOptions, Edge } from '../../app/ports/convert.ts';

const bytesALetter = 800;

/** As `text/plain` becomes `audio/PCMU`. */
export function spelled(text: string): Uint8Array {
  const codes = new TextEncoder().encode(text);
  return Uint8Array.from(
    { length: codes.length * bytesALetter },
    (_, i) => codes[Math.floor(i / bytesALetter)] ?? 0,
  );
}

function understood(sound: Uint8Array): string {
  return new TextDecoder().decode(sound.filter((_, i) => i % bytesALetter === 0));
}

export interface SpellingOptions {
  /** Waited for before each conversion. */
  readonly before?: (content: Content, edge: Edge, options: ConvertOptions) => Promise<void> | void;
}

/** Keeps count of what it was asked for. */
export class Spelling implements Converter {
  readonly edges: readonly Edge[];
  readonly asked: { readonly edge: Edge; readonly language: string }[] = [];
  /** At this moment, and at most. */
  under = 0;
  most = 0;
  readonly #before: SpellingOptions['before'];

  constructor(
    options: SpellingOptions = {},
    edges: readonly Edge[] = [
      { from: 'text/plain', to: 'audio/pcmu', cost: 5 },
      { from: 'audio/*', to: 'text/plain', cost: 10 },
      { from: 'video/*', to: 'audio/pcmu', cost: 2 },
      { from: 'text/plain', to: 'text/x-capitals', cost: 1 },
    ],
  ) {
    this.edges = edges;
    this.#before = options.before;
  }

  async convert(content: Content, edge: Edge, options: ConvertOptions): Promise<Content> {
    this.asked.push({ edge, language: options.language });
    this.under += 1;
    this.most = Math.max(this.most, this.under);
    try {
      await this.#before?.(content, edge, options);
      options.signal?.throwIfAborted();
      return convert(content, edge);
    } finally {
      this.under -= 1;
    }
  }
}

function heard(text: string): Content {
  const spans = packSpans(
    [...text.matchAll(/\S+/g)].map(({ index, 0: word }) => ({
      startMs: index * 100,
      endMs: (index + word.length) * 100,
    })),
  );
  return { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(text), spans };
}

function convert({ bytes }: Content, { from, to }: Edge): Content {
  const text = new TextDecoder().decode(bytes);
  if (text.includes('NONSENSE')) throw new Fault('invalid', 'not what it says', { temporary: false });
  switch (`${from}>${to}`) {
    case 'text/plain>audio/pcmu': {
      const sound = spelled(text);
      return { contentType: 'audio/PCMU', bytes: sound, durationMs: sound.length / 8 };
    }
    case 'audio/*>text/plain':
      return heard(understood(bytes));
    // A video here is its sound.
    case 'video/*>audio/pcmu':
      return { contentType: 'audio/PCMU', bytes, durationMs: bytes.length / 8 };
    default:
      return { contentType: to, bytes: new TextEncoder().encode(text.toUpperCase()) };
  }
}
