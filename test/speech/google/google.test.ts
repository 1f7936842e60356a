import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import { isFault } from '../../../app/core/errors.ts';
import { spokenWords } from '../../../app/core/message/spoken.ts';
import type { Content } from '../../../app/ports/convert.ts';
import { bytesOf, readWav, writeWav } from '../../../app/speech/content/wav.ts';
import { openSpeech, type Speech, type SpeechTools } from '../../../app/speech/open-speech.ts';
import { checkout } from '../../../scripts/stack/machine.ts';
import { toolCommands } from '../../../scripts/stack/ffmpeg.ts';
import { keepingLog, silentLog, type LogLine } from '../../ports/silent-log.ts';
import { convert, settings, textOf, toSound, toText, written } from '../engines.ts';
import { openGoogleDouble, type GoogleDouble } from './double.ts';

const run = promisify(execFile);
const nothing = { prefix: ['/nowhere/run'], ffmpeg: '/nowhere/ffmpeg' };

/** A tone with a pause in its middle. */
function tone(seconds: number, rate = 8000): Content {
  const length = seconds * rate;
  const samples = Int16Array.from({ length }, (_, i) =>
    Math.abs(i - length / 2) < rate / 4 ? 0 : Math.round(8000 * Math.sin(i / 3)),
  );
  return { contentType: 'audio/x-wav', bytes: writeWav({ rate, samples }) };
}

const answered = (text: string): Uint8Array => {
  const samples = Int16Array.from({ length: text.length * 100 }, (_, i) =>
    Math.round(9000 * Math.sin(i / 4)),
  );
  return writeWav({ rate: 8000, samples });
};

describe('Speech by Google', function () {
  this.timeout(60_000);
  let google: GoogleDouble;
  let speech: Speech;
  const open = (timeoutMs: number, address = google.address, tools: SpeechTools = nothing, log = silentLog) =>
    openSpeech(
      settings({
        recognise: 'google',
        speak: 'google',
        google: { recogniser: address, speaker: address, tls: false, project: 'tests', timeoutMs },
      }),
      tools,
      { log },
    );
  beforeEach(async () => {
    google = await openGoogleDouble();
    google.transcript = () => 'Please call me back.';
    google.speech = ({ input }) => answered(input.text);
    speech = await open(5000);
  });
  afterEach(async () => {
    await speech[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  it('a message is written down: its samples go as they are, with rate and language', async () => {
    const sound = tone(3);
    const text = await convert(speech.converters, sound, toText, 'es');
    assert.equal(textOf(text), 'Please call me back.');
    assert.equal(text.contentType, 'text/plain; charset=utf-8');
    const [request] = google.recognized;
    assert.deepEqual(
      { ...request?.config, adaptation: undefined },
      {
        ...request?.config,
        adaptation: undefined,
        encoding: 'LINEAR16',
        sampleRateHertz: 8000,
        audioChannelCount: 1,
        languageCode: 'es-ES',
        enableAutomaticPunctuation: true,
      },
    );
    assert.deepEqual(
      new Uint8Array(request?.audio.content ?? []),
      bytesOf(readWav(sound.bytes)?.samples ?? new Int16Array()),
    );
  });

  it('sound of 16 kHz stays so', async () => {
    await convert(speech.converters, tone(1, 16_000), toText);
    assert.equal(google.recognized[0]?.config.sampleRateHertz, 16_000);
  });

  it('a long message goes in pieces of less than a minute, cut at pauses, with nothing lost', async () => {
    let n = 0;
    google.transcript = () => `Piece ${++n}.`;
    const sound = tone(100);
    const text = await convert(speech.converters, sound, toText);
    assert.equal(textOf(text), 'Piece 1. Piece 2.');
    const sent = Buffer.concat(google.recognized.map(({ audio }) => audio.content));
    assert.ok(sent.equals(Buffer.from(sound.bytes).subarray(44)));
    const first = (google.recognized[0]?.audio.content.length ?? 0) / 16_000;
    assert.ok(first > 49 && first < 51, `cut after ${first} s, the pause is at 50 s`);
    const spoken = spokenWords(textOf(text), `0 ${text.spans}`) ?? assert.fail(text.spans);
    const begins = spoken.map(({ startMs }) => startMs - (startMs > 10_000 ? first * 1000 : 0));
    assert.ok(
      begins.every((ms, i) => Math.abs(ms - (i % 2) * 500) < 20),
      begins.join(),
    );
  });

  it('silence for an answer: nothing understood, for good', async () => {
    google.transcript = () => '';
    await assert.rejects(
      convert(speech.converters, tone(1), toText),
      (error) => isFault(error, 'invalid') && !error.temporary,
    );
  });

  it('a text is spoken, in the language asked for', async () => {
    const sound = await convert(speech.converters, written('Hola.\u0000 Soy Ana.'), toSound, 'es-419');
    assert.deepEqual(google.synthesized[0]?.input.text, 'Hola. Soy Ana.');
    assert.equal(google.synthesized[0]?.voice.languageCode, 'es-US');
    assert.equal(google.synthesized[0]?.audioConfig.sampleRateHertz, 8000);
    assert.equal(sound.contentType, 'audio/x-wav');
    assert.deepEqual(new Uint8Array(sound.bytes), new Uint8Array(answered('Hola. Soy Ana.')));
    assert.equal(sound.durationMs, 175);
  });

  it('a long text goes in parts that Google takes, and comes back as one sound', async () => {
    const text = 'Ñandúes y cigüeñas vuelan, o no. '.repeat(300).slice(0, 9900).trim();
    const sound = await convert(speech.converters, written(text), toSound, 'es');
    const parts = google.synthesized.map(({ input }) => input.text);
    assert.ok(parts.length >= 3, `${parts.length} parts`);
    assert.equal(parts.join(' '), text);
    const length = parts.reduce((sum, part) => sum + part.length * 100, 0);
    assert.equal(readWav(sound.bytes)?.samples.length, length);
  });

  it('an answer that is no sound is refused', async () => {
    for (const garbage of [
      new Uint8Array(),
      Buffer.from('RIFF'),
      Buffer.from('not a sound at all, whatever it is'),
    ]) {
      google.speech = () => garbage;
      await assert.rejects(
        convert(speech.converters, written('hello'), toSound),
        (error) => isFault(error, 'media-failed') && !error.temporary,
      );
    }
  });

  it('a huge answer is not taken', async () => {
    google.speech = () => new Uint8Array(40 * 1024 * 1024);
    await assert.rejects(convert(speech.converters, written('hello'), toSound), (error) =>
      isFault(error, 'media-unavailable'),
    );
  });

  it('away for a moment: it is asked again', async () => {
    google.misbehave.push({ code: status.UNAVAILABLE }, { code: status.UNAVAILABLE });
    assert.equal(textOf(await convert(speech.converters, tone(1), toText)), 'Please call me back.');
    assert.equal(google.authorizations.length, 3);
  });

  for (const [code, fault, temporary] of [
    ['DEADLINE_EXCEEDED', 'media-unavailable', true],
    ['RESOURCE_EXHAUSTED', 'media-unavailable', true],
    ['INTERNAL', 'media-unavailable', true],
    ['INVALID_ARGUMENT', 'invalid', false],
    ['PERMISSION_DENIED', 'media-failed', false],
    ['UNAUTHENTICATED', 'media-failed', false],
  ] as const) {
    it(`${code} is ${temporary ? 'tried again later' : 'for good'}, and asked for once`, async () => {
      for (const [content, edge] of [[tone(1), toText] as const, [written('hello'), toSound] as const]) {
        google.misbehave.push({ code: status[code] });
        await assert.rejects(
          convert(speech.converters, content, edge),
          (error) => isFault(error, fault) && error.temporary === temporary,
        );
      }
      assert.equal(google.authorizations.length, 2);
    });
  }

  it('a service that does not answer is given up in time, and told so', async () => {
    await using hasty = await open(500);
    google.misbehave.push('silence');
    const begun = performance.now();
    await assert.rejects(
      convert(hasty.converters, tone(1), toText),
      (error) => isFault(error, 'media-unavailable') && error.temporary,
    );
    assert.ok(performance.now() - begun < 10_000);
  });

  it('a service that is gone is given up in time, and used again when it is back', async () => {
    const { port } = google;
    await google[Symbol.asyncDispose]();
    await using hasty = await open(500);
    await assert.rejects(
      convert(hasty.converters, tone(1), toText),
      (error) => isFault(error, 'media-unavailable') && error.temporary,
    );
    google = await openGoogleDouble(undefined, port);
    google.transcript = () => 'Back again.';
    assert.equal(textOf(await convert(speech.converters, tone(1), toText)), 'Back again.');
  });

  it('who does not want it any more gives it up', async () => {
    google.misbehave.push('silence');
    const stop = new AbortController();
    const left = google.left();
    const waiting = convert(speech.converters, tone(1), toText, 'en', stop.signal);
    const rejected = assert.rejects(waiting, /gone/);
    await left;
    stop.abort(new Error('gone'));
    await rejected;
  });

  it('where Google is away or refuses, the engine of this machine does it', async () => {
    const lines: LogLine[] = [];
    await using both = await open(300, google.address, toolCommands(), keepingLog(lines));
    google.misbehave.push({ code: status.PERMISSION_DENIED });
    const sound = await convert(both.converters, written('Good morning, this is a test.'), toSound);
    assert.ok((sound.durationMs ?? 0) > 1000);
    await google[Symbol.asyncDispose]();
    const again = await convert(both.converters, written('Good morning, this is a test.'), toSound);
    assert.deepEqual(again.bytes, sound.bytes);
    const told = lines.filter(({ level }) => level === 'warn');
    assert.equal(told.length, 2);
    assert.doesNotMatch(JSON.stringify(told), /Good morning/);
    // A language that has no model here can still be tried there later.
    await assert.rejects(
      convert(both.converters, tone(1), toText, 'es'),
      (error) => isFault(error, 'media-unavailable') && error.temporary,
    );
  });

  it('over TLS with the key of a service account, as in production: the certificate is checked, the call is signed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ab-google-'));
    try {
      const { key, cert } = await certificate(folder);
      await using secure = await openGoogleDouble({ key, cert });
      secure.transcript = () => 'Over TLS.';
      const account = join(folder, 'account.json');
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      await writeFile(
        account,
        JSON.stringify({
          type: 'service_account',
          project_id: 'tests',
          private_key_id: 'one',
          private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
          client_email: 'answerback@tests.iam.gserviceaccount.com',
          client_id: '1',
          token_uri: 'http://127.0.0.1:9/none',
        }),
      );
      const env = { ...process.env, GOOGLE_APPLICATION_CREDENTIALS: account };
      const program = ['--import', 'tsx', join(import.meta.dirname, 'over-tls.ts'), secure.address];
      const trusting = { ...env, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: join(folder, 'cert.pem') };
      const { stdout } = await run(process.execPath, program, { cwd: checkout, env: trusting });
      assert.equal(stdout.trim(), 'Over TLS.');
      const claims = claimsOf(secure.authorizations[0] ?? '');
      assert.equal(claims['iss'], 'answerback@tests.iam.gserviceaccount.com');
      // Whose certificate is not known gets nothing.
      const distrusting = await run(process.execPath, program, { cwd: checkout, env });
      assert.equal(distrusting.stdout.trim(), 'media-unavailable');
      assert.equal(secure.recognized.length, 1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function claimsOf(authorization: string): Record<string, unknown> {
  const [, body = ''] = /^Bearer [^.]+\.([^.]+)\.[^.]+$/.exec(authorization) ?? [];
  return JSON.parse(Buffer.from(body, 'base64url').toString() || '{}') as Record<string, unknown>;
}

async function certificate(folder: string): Promise<{ key: Buffer; cert: Buffer }> {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ]);
  return { key: await readFile(key), cert: await readFile(cert) };
}
