/** Writes a second of sound down by Google at an address, and prints the text, or the code of the fault. */
import { Fault } from '../../../app/core/errors.ts';
import { writeWav } from '../../../app/speech/content/wav.ts';
import { openSpeech } from '../../../app/speech/open-speech.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { convert, settings, textOf, toText } from '../engines.ts';

const google = { recogniser: process.argv[2], timeoutMs: 5000 };
const nothing = { prefix: ['/nowhere/run'], ffmpeg: '/nowhere/ffmpeg' };
await using speech = await openSpeech(settings({ recognise: 'google', google }), nothing, { log: silentLog });
const sound = writeWav({ rate: 8000, samples: new Int16Array(8000).fill(1000) });
try {
  const text = await convert(speech.converters, { contentType: 'audio/x-wav', bytes: sound }, toText);
  process.stdout.write(`${textOf(text)}\n`);
} catch (error) {
  process.stdout.write(`${error instanceof Fault ? error.code : String(error)}\n`);
}
