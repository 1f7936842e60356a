import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { clipNames } from '../../app/core/prompt/clip-names.ts';
import { openPromptCatalog } from '../../app/speech/open.ts';
import { buildPrompts } from '../../scripts/prompts/build.ts';
import { languagesIn, readLanguage } from '../../scripts/prompts/source.ts';
import { checkout } from '../../scripts/stack/machine.ts';
import { shippedSpeech } from './shipped.ts';
import { keptLog } from '../telemetry/kept-log.ts';

const shipped = join(checkout, 'prompts');

describe('the prompts', () => {
  let folder = '';
  let source = '';
  let out = '';
  // One cache for all, so that each text is spoken once.
  const cache = mkdtempSync(join(tmpdir(), 'spoken-'));
  after(() => rmSync(cache, { recursive: true, force: true }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prompts-'));
    [source, out] = [join(folder, 'source'), join(folder, 'out')];
    for (const language of ['en', 'en-GB'])
      cpSync(join(shipped, language), join(source, language), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const build = () => buildPrompts({ source, out, cache });
  const yaml = (change: (text: string) => string): void => {
    const file = join(source, 'en/prompts.yaml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };

  it('of every language shipped have a text for every name', () => {
    assert.deepEqual(languagesIn(shipped).toSorted(), ['en', 'en-GB', 'es']);
    for (const language of ['en', 'es']) {
      const { clips, warnings } = readLanguage(shipped, language);
      const names = clips.map((clip) => clip.name);
      assert.deepEqual(names, clipNames(shippedSpeech(language)));
      assert.deepEqual(warnings, []);
    }
    assert.deepEqual(readLanguage(shipped, 'en-GB').warnings, []);
  });

  it('name the same keys and figures in every language', () => {
    const keys = (text: string, star: string, hash: string): string[] =>
      (text.match(new RegExp(`\\d+|\\b(?:${star}|${hash})\\b`, 'g')) ?? [])
        .map((word) => (word === star ? '*' : word === hash ? '#' : word))
        .toSorted();
    const texts = (language: string): Record<string, unknown> =>
      (
        parse(readFileSync(join(shipped, language, 'prompts.yaml'), 'utf8')) as {
          prompts: Record<string, unknown>;
        }
      ).prompts;
    const [english, spanish] = [texts('en'), texts('es')];
    for (const [name, text] of Object.entries(spanish)) {
      const other = english[name];
      if (typeof text !== 'string' || typeof other !== 'string') continue;
      assert.deepEqual(keys(text, 'asterisco', 'numeral'), keys(other, 'star', 'hash'), name);
    }
  });

  it('that are missing, unknown or recorded for nothing are named, all at once, and nothing is built', async () => {
    yaml((text) => `${text.replace(/^ {2}(goodbye|digit-7):.*\n/gm, '')}  godbye: Oops\n`);
    writeFileSync(join(source, 'en/recorded/greting.wav'), '');
    await assert.rejects(build(), /no text for: goodbye, digit-7\n.*nobody says: godbye, greting$/s);
    assert.throws(() => statSync(out), /ENOENT/);
  });

  it('with a wrong setting are told where it is', async () => {
    yaml((text) => text.replace('{ tone: 1000, ms: 300 }', '{ tone: high }'));
    await assert.rejects(build(), /prompts\.yaml: .*prompts\.beep/s);
  });

  it('are built as telephone sound with an index, and not built again', async function () {
    this.timeout(240_000);
    const first = await build();
    assert.equal(first.written, 2 * first.clips);
    assert.ok(first.spoken > 100 && first.spoken <= first.clips);
    assert.deepEqual(await build(), { ...first, spoken: 0, written: 0 });
    const log = keptLog();
    await using catalog = await openPromptCatalog({ directory: out, language: 'en' }, { log });
    for (const name of clipNames(shippedSpeech('en'))) {
      const ms = catalog.durationMs('en', name);
      for (const format of ['ulaw', 'alaw']) {
        assert.equal(Math.round(statSync(`${catalog.clip('en', name)}.${format}`).size / 8), ms);
      }
      assert.ok(ms >= 150 && ms < 15_000, `${name} lasts ${ms} ms`);
    }
    assert.equal(catalog.durationMs('en', 'beep'), 300);
    const greeting = catalog.durationMs('en', 'greeting-default');
    assert.ok(greeting > 3000 && greeting < 6000, `the greeting lasts ${greeting} ms`);
  });

  it('are replaced by a recording of the same name, and files that nobody says any more are removed', async function () {
    this.timeout(240_000);
    await build();
    writeFileSync(join(source, 'en/recorded/goodbye.wav'), wav(44_100, 2));
    writeFileSync(join(out, 'en/old-prompt.ulaw'), 'x');
    const changed = await build();
    assert.equal(changed.written, 2);
    const index = JSON.parse(readFileSync(join(out, 'en/index.json'), 'utf8')) as Record<string, number>;
    assert.ok(Math.abs((index['goodbye'] ?? 0) - 2000) < 30, `${index['goodbye']} ms`);
    rmSync(join(source, 'en/recorded/goodbye.wav'));
    yaml((text) => text.replace('goodbye: Goodbye.', 'goodbye: Good bye, and thanks.'));
    assert.deepEqual(await build(), { ...changed, spoken: 1, written: 2 });
    assert.ok(!readdirSync(join(out, 'en')).includes('old-prompt.ulaw'));
  });

  it('that cannot be read as sound fail with what is wrong, and what was built stays', async function () {
    this.timeout(240_000);
    await build();
    const before = readFileSync(join(out, 'en/goodbye.ulaw'));
    writeFileSync(join(source, 'en/recorded/goodbye.wav'), 'no sound');
    await assert.rejects(build(), /could not be spoken .*sox/is);
    assert.deepEqual(
      readdirSync(cache).filter((file) => file.startsWith('work-')),
      [],
    );
    assert.deepEqual(readFileSync(join(out, 'en/goodbye.ulaw')), before);
  });
});

/** A 16-bit mono tone of a number of seconds with its header. */
function wav(rate: number, seconds: number): Buffer {
  const data = Buffer.alloc(rate * seconds * 2);
  for (let i = 0; i < rate * seconds; i++)
    data.writeInt16LE(Math.round(6000 * Math.sin((i * 2 * Math.PI * 440) / rate)), i * 2);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
