/** Opens Google's Cloud Speech-to-Text and Text-to-Speech. What they are given leaves the house. */
import type { Content, ConvertOptions } from '../../ports/convert.ts';
import { openSpeechClient, openTextToSpeechClient, type ClientOptions } from './clients.ts';
import { createRecognise, type RecogniseDeps } from './recognise.ts';
import { createSpeak, type SpeakOptions } from './speak.ts';

export interface GoogleOptions extends SpeakOptions, Omit<ClientOptions, 'endpoint'> {
  /** `host:port` of each; Google's own if absent. */
  readonly recogniser?: string | undefined;
  readonly speaker?: string | undefined;
}

type Work = (content: Content, options: ConvertOptions) => Promise<Content>;

export interface GoogleSpeech extends AsyncDisposable {
  readonly recognise: Work;
  readonly speak: Work;
}

/** Connects when it is first used. Credentials are found as Google's libraries do: GOOGLE_APPLICATION_CREDENTIALS. */
export async function openGoogleSpeech(
  options: GoogleOptions,
  { decode }: Pick<RecogniseDeps, 'decode'>,
): Promise<GoogleSpeech> {
  const { recogniser, speaker } = options;
  const speech = await openSpeechClient({ ...options, endpoint: recogniser });
  const textToSpeech = await openTextToSpeechClient({ ...options, endpoint: speaker });
  return {
    recognise: createRecognise(speech, { decode, timeoutMs: options.timeoutMs }),
    speak: createSpeak(textToSpeech, options),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([speech.close(), textToSpeech.close()]);
    },
  };
}
