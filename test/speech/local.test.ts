import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../../app/core/errors.ts';
import { spokenWords } from '../../app/core/message/spoken.ts';
import type { Content } from '../../app/ports/convert.ts';
import { readWav, writeWav } from '../../app/speech/content/wav.ts';
import { openSpeech, type Speech } from '../../app/speech/open-speech.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { keepingLog, silentLog, type LogLine } from '../ports/silent-log.ts';
import { convert, converterFor, settings, textOf, toSound, toText, written } from './engines.ts';

const tools = toolCommands();

/** Share of the frames of 20 ms that are loud, of a file of 8 kHz. */
function loudShare(content: Content): number {
  const { samples, rate } = readWav(content.bytes) ?? assert.fail('no wave file');
  assert.equal(rate, 8000);
  const frames = Array.from({ length: Math.floor(samples.length / 160) }, (_, i) =>
    Math.sqrt(samples.subarray(i * 160, i * 160 + 160).reduce((sum, one) => sum + one * one, 0) / 160),
  );
  return frames.filter((rms) => rms > 300).length / frames.length;
}

describe('Speech by the engines of this machine', function () {
  this.timeout(120_000);
  let speech: Speech;
  before(async () => {
    speech = await openSpeech(settings(), tools, { log: silentLog });
  });
  after(() => speech[Symbol.asyncDispose]());

  const say = (text: string, language = 'en') => convert(speech.converters, written(text), toSound, language);

  describe('texts are spoken', () => {
    it('English, for a telephone: one channel at 8 kHz, as loud as the prompts, of the length it says', async () => {
      const sound = await say('Please call me back tomorrow morning, I have the tickets.');
      assert.equal(sound.contentType, 'audio/x-wav');
      const { samples } = readWav(sound.bytes) ?? assert.fail();
      assert.equal(sound.durationMs, Math.round(samples.length / 8));
      assert.ok(sound.durationMs > 2000 && sound.durationMs < 6000, `${sound.durationMs} ms`);
      assert.ok(loudShare(sound) > 0.5, `${loudShare(sound)} of it is loud`);
      const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
      assert.ok(peak > 8000 && peak < 32_000, `peak ${peak}`);
    });

    for (const [language, text] of [
      ['es', 'Hola, soy Juan. Llámeme mañana por la mañana, por favor.'],
      ['es-419', 'Hola, soy Juan. Llámeme mañana por la mañana, por favor.'],
      ['fr', "Bonjour, c'est Jean. Rappelez-moi demain matin, s'il vous plaît."],
      ['de-CH', 'Guten Tag, rufen Sie mich bitte morgen früh zurück.'],
      ['ru', 'Здравствуйте, перезвоните мне, пожалуйста, завтра утром.'],
      ['zh', '你好，请明天早上给我打电话。'],
    ] as const) {
      it(`${language}: speech of a likely length, in a voice of its own`, async () => {
        const sound = await say(text, language);
        assert.ok((sound.durationMs ?? 0) > 2000 && (sound.durationMs ?? 0) < 8000, `${sound.durationMs} ms`);
        assert.ok(loudShare(sound) > 0.4, `${loudShare(sound)} of it is loud`);
      });
    }

    it('a language that nothing here speaks is spoken as the usual one', async () => {
      const text = 'Good morning, this is a test.';
      assert.deepEqual((await say(text, 'tlh-Latn')).bytes, (await say(text, 'en')).bytes);
      assert.deepEqual((await say(text, 'not a tag; rm -rf /')).bytes, (await say(text, 'en')).bytes);
    });

    it('a long text is cut at the end of a sentence, and takes no more time than that', async () => {
      const sentence = 'The train to the coast leaves at nine in the morning. ';
      await using short = await openSpeech(settings({ maxChars: 200 }), tools, { log: silentLog });
      const cut = await convert(short.converters, written(sentence.repeat(200)), toSound);
      const whole = await convert(short.converters, written(sentence.repeat(3)), toSound);
      assert.ok(Math.abs((cut.durationMs ?? 0) - (whole.durationMs ?? 0)) < 100);
      const kept = await say(sentence.repeat(185));
      assert.ok((kept.durationMs ?? 0) > 400_000, `10 kB last ${kept.durationMs} ms`);
    });

    it('what looks like commands, markup or options is text', async () => {
      const plain = await say('Hello world');
      for (const text of [
        '\u0000\u0007\u001B[31mHello\u202E world\uFEFF',
        '$(touch /tmp/answerback-was-here) Hello `reboot`; world',
        '--voices -w /tmp/answerback-was-here',
        '<speak><audio src="file:///etc/passwd"/>Hello <break time="9999s"/> world</speak>',
        "[[h@'loU]] world",
        'x'.repeat(5000),
        'xyz'.repeat(100),
        'é ü ß “quoted” — dash… €5 ½ ＡＢＣ 👍 \uD800',
      ]) {
        const sound = await say(text);
        assert.ok((sound.durationMs ?? 0) > 200, `${text.slice(0, 20)}: ${sound.durationMs} ms`);
        assert.ok((sound.durationMs ?? 0) < 60_000, `${text.slice(0, 20)}: ${sound.durationMs} ms`);
        const spanish = await say(text, 'es');
        assert.ok((spanish.durationMs ?? 0) > 200);
      }
      await assert.rejects(readFile('/tmp/answerback-was-here'));
      assert.ok((plain.durationMs ?? 0) < 2000);
    });

    it('nothing to say is refused', async () => {
      for (const nothing of ['', ' \r\n\t', '\u0000\u0001', '... !? —', '\uFEFF\u200B'])
        await assert.rejects(say(nothing), (error) => isFault(error, 'invalid') && !error.temporary);
    });
  });

  describe('speech is written down', () => {
    it('an English message that was spoken is recognised again', async () => {
      const sound = await say(
        'Good afternoon. Your car is ready and you can pick it up any time before six.',
      );
      const text = await convert(speech.converters, sound, toText, 'en-US');
      assert.match(text.contentType, /^text\/plain/);
      const words = textOf(text).split(' ');
      const right = [
        'afternoon',
        'car',
        'ready',
        'you',
        'can',
        'pick',
        'any',
        'time',
        'before',
        'six',
      ].filter((word) => words.includes(word));
      assert.ok(right.length >= 5, `${right.length} of 10 in: ${textOf(text)}`);
      const spoken = spokenWords(textOf(text), `0 ${text.spans}`) ?? assert.fail(text.spans);
      assert.ok(spoken.every(({ startMs, endMs }) => endMs > startMs && endMs <= (sound.durationMs ?? 0)));
      const car = spoken.find(({ word }) => word === 'car') ?? assert.fail(textOf(text));
      assert.ok(car.startMs > 1300 && car.endMs < 2600, `${car.startMs} to ${car.endMs} ms`);
    });

    it('a wave file of another kind is as good: two channels at 44.1 kHz', async () => {
      const { samples } =
        readWav((await say('Yesterday I was in a meeting all afternoon.')).bytes) ?? assert.fail();
      const wide = stereo(samples);
      const text = textOf(
        await convert(speech.converters, { contentType: 'audio/x-wav', bytes: wide }, toText),
      );
      assert.match(text, /meeting|afternoon|yesterday/);
    });

    it('a language without a model here is not found', async () => {
      const sound = await say('Hola, llámeme mañana.', 'es');
      await assert.rejects(
        convert(speech.converters, sound, toText, 'es'),
        (error) => isFault(error, 'not-found') && !error.temporary,
      );
    });

    it('silence, a click and an empty file: nothing understood', async () => {
      const files = [0, 100, 24_000].map((length) => new Int16Array(length));
      files[1]?.fill(8000);
      for (const samples of files) {
        const sound = { contentType: 'audio/x-wav', bytes: writeWav({ rate: 8000, samples }) };
        await assert.rejects(
          convert(speech.converters, sound, toText),
          (error) => isFault(error, 'invalid') && error.message === 'nothing understood',
        );
      }
    });

    it('what is no wave file is refused, and opens nothing', async () => {
      const bytes = [
        '',
        'RIFF',
        '#EXTM3U\n/etc/passwd',
        'RIFF\u0000\u0000\u0000\u0000WAVEfmt \u00FF\u00FF\u00FF\u00FF',
      ];
      for (const one of bytes.map((text) => Buffer.from(text, 'latin1')))
        await assert.rejects(
          convert(speech.converters, { contentType: 'audio/x-wav', bytes: one }, toText),
          (error) => isFault(error, 'invalid'),
        );
    });

    it('a long sound is written down to its limit, and the text says that it goes on', async () => {
      await using short = await openSpeech(settings({ maxSeconds: 10 }), tools, { log: silentLog });
      const sound = await say('The plumber says that he cannot come until wednesday. '.repeat(6));
      const content = await convert(short.converters, sound, toText);
      const text = textOf(content);
      assert.ok(text.endsWith('…'), text);
      const spoken = spokenWords(text, `0 ${content.spans}`) ?? assert.fail(content.spans);
      assert.ok((spoken.at(-2)?.startMs ?? 0) > 7000, 'times go on from piece to piece');
      assert.equal(spoken.at(-1)?.endMs, 10_000);
      assert.ok(text.split(' ').length < 50, text);
    });

    it('nothing of what was said stays on the disk, nor of what could not be understood', async () => {
      const usual = process.env['TMPDIR'];
      // Other tests may be at work in the usual one.
      const folder = await mkdtemp(join(tmpdir(), 'ab-speech-left-'));
      process.env['TMPDIR'] = folder;
      try {
        await say('Good morning.');
        const sound = {
          contentType: 'audio/x-wav',
          bytes: writeWav({ rate: 8000, samples: new Int16Array(8000) }),
        };
        await assert.rejects(convert(speech.converters, sound, toText));
        assert.deepEqual(await readdir(folder), []);
      } finally {
        if (usual === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = usual;
        await rm(folder, { recursive: true });
      }
    });
  });

  describe('a machine without engines', () => {
    it('offers no way, and says so once', async () => {
      const lines: LogLine[] = [];
      const nowhere = { prefix: ['/nowhere/run'], ffmpeg: '/nowhere/ffmpeg' };
      await using none = await openSpeech(settings(), nowhere, { log: keepingLog(lines) });
      assert.deepEqual(none.converters, []);
      const told = lines.filter(({ fields }) => fields?.['speak'] === 'none');
      assert.equal(told.length, 1);
    });

    it('without a model it speaks but does not listen; and neither where that is not wanted', async () => {
      const models = { en: '/nowhere/model' };
      await using deaf = await openSpeech(settings({ models }), tools, { log: silentLog });
      assert.equal(converterFor(deaf.converters, toText), undefined);
      assert.notEqual(converterFor(deaf.converters, toSound), undefined);
      await using mute = await openSpeech(settings({ speak: 'none' }), tools, { log: silentLog });
      assert.equal(converterFor(mute.converters, toSound), undefined);
    });
  });

  describe('an engine that hangs', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ab-engines-'));
      await writeFile(join(folder, 'flite'), `#!/bin/sh\nexec sleep 600\n`);
      // The probe finds it; only then it hangs.
      await writeFile(join(folder, 'run'), `#!/bin/sh\nPATH=${folder}:$PATH exec "$@"\n`);
      await writeFile(join(folder, 'ffmpeg'), '#!/bin/sh\necho ffmpeg\n');
      for (const name of ['flite', 'run', 'ffmpeg']) await chmod(join(folder, name), 0o755);
    });
    after(() => rm(folder, { recursive: true }));
    const hanging = () => ({ prefix: [join(folder, 'run')], ffmpeg: [join(folder, 'ffmpeg')] });

    it('is given up by who does not want it any more, also in the queue, and a crowd is turned away', async () => {
      await using slow = await openSpeech(settings(), hanging(), { log: silentLog });
      const stop = new AbortController();
      setMaxListeners(0, stop.signal);
      const all = Array.from({ length: 40 }, () =>
        convert(slow.converters, written('hello'), toSound, 'en', stop.signal),
      );
      const settled = Promise.allSettled(all);
      await assert.rejects(
        all[39] ?? assert.fail(),
        (error) => isFault(error, 'media-unavailable') && error.temporary,
      );
      stop.abort(new Error('gone'));
      const reasons = (await settled).map(
        (one) => (one.status === 'rejected' ? one.reason : undefined) as Error,
      );
      assert.equal(reasons.filter((reason) => reason.message === 'gone').length, 34);
    });

    it('does not outlive the server', async () => {
      const slow = await openSpeech(settings(), hanging(), { log: silentLog });
      const waiting = convert(slow.converters, written('hello'), toSound);
      const rejected = assert.rejects(waiting);
      await slow[Symbol.asyncDispose]();
      await rejected;
    });
  });
});

/** The same sound, in both channels of a file of 44.1 kHz. */
function stereo(samples: Int16Array): Uint8Array {
  const length = Math.floor((samples.length * 44_100) / 8000);
  const both = Int16Array.from({ length: length * 2 }, (_, i) => {
    const at = ((i >> 1) * 8000) / 44_100;
    const [one = 0, next = 0] = [samples[Math.floor(at)], samples[Math.floor(at) + 1]];
    return Math.round(one + (next - one) * (at % 1));
  });
  const file = Buffer.from(writeWav({ rate: 44_100, samples: both }));
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(44_100 * 4, 28);
  file.writeUInt16LE(4, 32);
  return file;
}
