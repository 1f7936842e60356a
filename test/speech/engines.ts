import type { Content, Converter, Edge } from '../../app/ports/convert.ts';
import { speechSchema } from '../../app/config-speech.ts';
import type { SpeechOptions } from '../../app/speech/open-speech.ts';

export const toSound: Edge = { from: 'text/plain', to: 'audio/x-wav', cost: 1 };
export const toText: Edge = { from: 'audio/x-wav', to: 'text/plain', cost: 1 };

/** The section `speech` as an operator has it who sets only these keys. */
export function settings(given: Readonly<Record<string, unknown>> = {}): SpeechOptions {
  return { ...speechSchema.parse(given), language: 'en' };
}

export function written(text: string): Content {
  return { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(text) };
}

export function textOf({ bytes }: Content): string {
  return Buffer.from(bytes).toString();
}

export function converterFor(converters: readonly Converter[], edge: Edge): Converter | undefined {
  return converters.find(({ edges }) => edges.some(({ from, to }) => from === edge.from && to === edge.to));
}

/** Takes the way of the one converter that has it. @throws Error if none has */
export function convert(
  converters: readonly Converter[],
  content: Content,
  edge: Edge,
  language = 'en',
  signal?: AbortSignal,
): Promise<Content> {
  const converter = converterFor(converters, edge);
  if (converter === undefined) throw new Error(`nothing makes ${edge.to} of ${edge.from}`);
  return converter.convert(content, edge, { language, ...(signal === undefined ? {} : { signal }) });
}
