/** Text into sound for telephones, by Google's Text-to-Speech (google.cloud.texttospeech.v1). */
import { Fault } from '../../core/errors.ts';
import type { Content, ConvertOptions } from '../../ports/convert.ts';
import { partsOf, speakable } from '../content/text.ts';
import { durationOf, readWav, writeWav } from '../content/wav.ts';
import { callOptions, ended } from './call.ts';
import type { TextToSpeechClient } from './clients.ts';
import { languageCode } from './language-code.ts';

export interface SpeakOptions {
  /** Most characters of a text that are spoken. */
  readonly maxChars: number;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** A request takes 5000. */
const mostBytes = 4800;
const telephoneRate = 8000;

export function createSpeak(
  client: TextToSpeechClient,
  { maxChars, timeoutMs }: SpeakOptions,
): (content: Content, options: ConvertOptions) => Promise<Content> {
  return async (content, { language, signal }) => {
    const parts: Int16Array[] = [];
    for (const text of partsOf(speakable(content.bytes, maxChars), mostBytes)) {
      signal?.throwIfAborted();
      const request = {
        input: { text },
        voice: { languageCode: languageCode(language) },
        audioConfig: { audioEncoding: 'LINEAR16' as const, sampleRateHertz: telephoneRate },
      };
      const call = client.synthesizeSpeech(request, callOptions(timeoutMs));
      const [{ audioContent }] = await ended(call, timeoutMs, signal);
      parts.push(samplesOf(audioContent));
    }
    const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      samples.set(part, at);
      at += part.length;
    }
    const sound = { rate: telephoneRate, samples };
    return { contentType: 'audio/x-wav', bytes: writeWav(sound), durationMs: durationOf(sound) };
  };
}

/** LINEAR16 comes as a wave file. */
function samplesOf(answer: Uint8Array | string | null | undefined): Int16Array {
  const sound = answer instanceof Uint8Array ? readWav(answer) : undefined;
  if (sound?.rate === telephoneRate && sound.samples.length > 0) return sound.samples;
  throw new Fault('media-failed', "Google's speech service: what came is no sound", { temporary: false });
}
