/** Speech into text, by Google's Speech-to-Text (google.cloud.speech.v1). */
import { Fault } from '../../core/errors.ts';
import { packSpans, type Span } from '../../core/message/spoken.ts';
import type { Content, ConvertOptions } from '../../ports/convert.ts';
import type { Decode } from '../content/decode.ts';
import { piecesOf } from '../content/pieces.ts';
import { bytesOf, durationOf, readWav } from '../content/wav.ts';
import { callOptions, ended } from './call.ts';
import type { SpeechClient } from './clients.ts';
import { languageCode } from './language-code.ts';

export interface RecogniseDeps {
  readonly decode: Decode;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * A request takes a minute of sound at most, a long-running one too unless the sound lies in Google's own storage: what
 * is longer is cut at pauses. In seconds.
 */
const longestPiece = 55;
/** A telephone's sound stays as it is. */
const rates = { least: 8000, most: 16_000 };

export function createRecognise(
  client: SpeechClient,
  { decode, timeoutMs }: RecogniseDeps,
): (content: Content, options: ConvertOptions) => Promise<Content> {
  return async (content, { language, signal }) => {
    const rate = (readWav(content.bytes)?.rate ?? rates.least) >= rates.most ? rates.most : rates.least;
    const sound = await decode(content, rate, signal);
    const config = {
      encoding: 'LINEAR16' as const,
      sampleRateHertz: sound.rate,
      audioChannelCount: 1,
      languageCode: languageCode(language),
      maxAlternatives: 1,
      enableAutomaticPunctuation: true,
      enableWordTimeOffsets: true,
    };
    const texts: string[] = [];
    const spans: Span[] = [];
    let pieceMs = 0;
    for (const piece of piecesOf(sound, longestPiece)) {
      signal?.throwIfAborted();
      const request = { config, audio: { content: bytesOf(piece.samples) } };
      const call = client.recognize(request, callOptions(timeoutMs));
      const [{ results }] = await ended(call, timeoutMs, signal);
      for (const { alternatives } of results ?? []) {
        texts.push(alternatives?.[0]?.transcript?.trim() ?? '');
        spans.push(...(alternatives?.[0]?.words ?? []).map((word) => spanOf(word, pieceMs)));
      }
      pieceMs += durationOf(piece);
    }
    const text = texts.filter((one) => one !== '').join(' ');
    if (text === '') throw new Fault('invalid', 'nothing understood', { temporary: false });
    const written = { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(text) };
    // In languages without spaces its words are others than those of the text.
    return text.split(/\s+/).length === spans.length ? { ...written, spans: packSpans(spans) } : written;
  };
}

interface Offset {
  readonly seconds?: number | string | { toString(): string } | null;
  readonly nanos?: number | null;
}

function spanOf(
  { startTime, endTime }: { readonly startTime?: Offset | null; readonly endTime?: Offset | null },
  pieceMs: number,
): Span {
  const ms = (at: Offset | null | undefined): number =>
    pieceMs + Number(at?.seconds?.toString() ?? 0) * 1000 + (at?.nanos ?? 0) / 1e6;
  return { startMs: ms(startTime), endMs: ms(endTime) };
}
