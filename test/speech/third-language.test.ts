import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseCommand } from '../../app/core/notification/commands.ts';
import { noticeText } from '../../app/core/notification/texts.ts';
import { clips, type SayItem } from '../../app/core/prompt/say.ts';
import { compileRules } from '../../app/core/prompt/speech-rules.ts';
import { openPromptCatalog } from '../../app/speech/open.ts';
import { buildPrompts } from '../../scripts/prompts/build.ts';
import { readRules } from '../../scripts/prompts/rules.ts';
import { readLanguage } from '../../scripts/prompts/source.ts';
import { keptLog } from '../telemetry/kept-log.ts';
import { shippedPrompts, shippedSpeech } from './shipped.ts';

const german = join(import.meta.dirname, 'languages/de');

describe('a third language', () => {
  const folder = mkdtempSync(join(tmpdir(), 'third-'));
  const [source, out] = [join(folder, 'source'), join(folder, 'out')];
  const file = (name: string) => join(source, 'de', name);
  before(() => cpSync(shippedPrompts, source, { recursive: true }));
  beforeEach(() => cpSync(german, join(source, 'de'), { recursive: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const change = (name: string, from: string, to: string): void => {
    const text = readFileSync(file(name), 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(file(name), text.replace(from, to));
  };

  it('is spoken and written once its folder is there', async function () {
    this.timeout(240_000);
    const result = await buildPrompts({ source, out });
    assert.match(result.warnings.join('\n'), /de\/prompts\.yaml:\n {2}no text for: .*menu-main-new/);
    assert.match(result.warnings.join('\n'), /de\/texts\.yaml:\n {2}no text for: .*reply-help/);
    await using catalog = await openPromptCatalog({ directory: out, language: 'en' }, { log: keptLog() });
    const { prompts } = parse(readFileSync(file('prompts.yaml'), 'utf8')) as {
      prompts: Record<string, string>;
    };
    const heard = (item: SayItem): string => {
      const names = clips(item, catalog.speech('de-CH'));
      for (const name of names) {
        assert.equal(catalog.clip('de-CH', name), join(out, 'de', name));
        assert.ok(statSync(`${catalog.clip('de-CH', name)}.ulaw`).size > 1000, name);
      }
      return names.map((name) => prompts[name]).join(' ');
    };
    assert.equal(heard({ kind: 'number', value: 2121 }), 'zwei tausend ein hundert ein und zwanzig');
    assert.equal(heard({ kind: 'count', value: 1, noun: 'new-message' }), 'eine neue Nachricht');
    assert.equal(heard({ kind: 'count', value: 0, noun: 'new-message' }), 'keine neue Nachrichten');
    assert.equal(heard({ kind: 'duration', ms: 61_000 }), 'eine Minute und eine Sekunde');
    const [at, now] = [new Date('2026-10-03T21:05:00Z'), new Date('2026-11-01T00:00:00Z')];
    assert.equal(
      heard({ kind: 'time', at, now, timeZone: 'Europe/Berlin' }),
      'am dritten Oktober um drei und zwanzig Uhr fünf',
    );
    for (const language of ['en', 'es', 'de']) {
      const index = JSON.parse(readFileSync(join(out, language, 'index.json'), 'utf8')) as Record<
        string,
        number
      >;
      for (const [name, ms] of Object.entries(index))
        assert.ok(ms >= 150 && ms < 20_000, `${language}/${name} lasts ${ms} ms`);
    }
    // What it lacks is spoken and written in the default language.
    assert.equal(catalog.clip('de', 'menu-main-new'), join(out, 'en/menu-main-new'));
    const words = catalog.wording('de');
    assert.equal(
      words.text('unread', { n: 2, access: '1' }),
      'Seit einem Tag warten 2 Nachrichten. Rufen Sie 1 an.',
    );
    assert.match(words.text('reply-help', { access: '1' }), /^Reply 1/);
    const from = { number: '+12025550123', private: false };
    const notice = { words, access: '+12025550199', reference: '1234567894', from, durationMs: 5000 };
    assert.match(
      noticeText(notice),
      /^Neue Sprachnachricht von \+12025550123, 0:05\. Rufen Sie \+12025550199,,1234567894#/,
    );
    assert.deepEqual(parseCommand('Hilfe bitte', catalog.vocabulary), { kind: 'help' });
    assert.deepEqual(catalog.languages.toSorted(), ['de', 'en', 'es']);
  });

  it('with a voice that the engine does not have is not built, and it says which', async function () {
    this.timeout(120_000);
    change('prompts.yaml', 'name: de', 'name: zz-none');
    await assert.rejects(buildPrompts({ source, out }), /espeak-ng cannot speak with the voice zz-none/);
  });

  it('may have a region, which is a folder with what differs', () => {
    const region = join(source, 'de-CH');
    const write = (name: string, text: string) => {
      mkdirSync(region, { recursive: true });
      writeFileSync(join(region, name), text);
    };
    try {
      write('rules.yaml', 'numbers: { counting: { 30: "[>before and] thirty" } }');
      assert.throws(() => readLanguage(source, 'de-CH'), /de-CH\/prompts\.yaml:\n {2}no text for: thirty$/);
      write('prompts.yaml', 'voice: slt\nprompts: { thirty: dreissig, goodbye: Uf Widerluege }\n');
      write('texts.yaml', 'texts: { unknown-caller: öpper }\ncommands: {}\n');
      const { clips: own, rules, texts, warnings } = readLanguage(source, 'de-CH');
      assert.deepEqual(own.map((clip) => clip.name).toSorted(), ['goodbye', 'thirty']);
      assert.deepEqual(clips({ kind: 'number', value: 1031 }, compileRules(rules, 'de-CH')).slice(2), [
        'number-1-before',
        'and',
        'thirty',
      ]);
      assert.equal(texts.texts['unknown-caller'], 'öpper');
      assert.match(JSON.stringify(texts.texts.welcome), /Mailbox/);
      assert.deepEqual(warnings, []);
    } finally {
      rmSync(region, { recursive: true, force: true });
    }
  });

  it('may be a region whose language is not there', () => {
    cpSync(german, join(source, 'nds-DE'), { recursive: true });
    try {
      assert.throws(() => readLanguage(source, 'nds-DE'), /plurals: CLDR does not know "nds-DE"/);
      const rules = join(source, 'nds-DE/rules.yaml');
      writeFileSync(rules, `plurals: de\n${readFileSync(rules, 'utf8')}`);
      const { warnings } = readLanguage(source, 'nds-DE');
      assert.match(warnings.join('\n'), /nds-DE\/prompts\.yaml:\n {2}no text for: .*menu-main-new/);
      assert.match(warnings.join('\n'), /nds-DE\/texts\.yaml:\n {2}no text for: .*reply-help/);
    } finally {
      rmSync(join(source, 'nds-DE'), { recursive: true, force: true });
    }
  });

  const mistakes: [string, string, string, string, RegExp][] = [
    [
      'without a text for a piece of its own numbers',
      'prompts.yaml',
      '  number-16: sechzehn\n',
      '',
      /no text for: .*number-16/,
    ],
    [
      'with a rule that cannot be read',
      'rules.yaml',
      "0: '#'",
      "0: '%x'",
      /numbers\.counting\.0: "%x": "%x" cannot be read/,
    ],
    ['with a set that is not there', 'rules.yaml', 'fax: before', 'fax: neuter', /no set numbers\.neuter/],
    [
      'with rules that lead in a circle',
      'rules.yaml',
      "16: '#'",
      '16: =counting',
      /numbers\.counting: rules without end for 16/,
    ],
    [
      'with an unknown hole',
      'rules.yaml',
      "'{day} at {clock}'",
      "'{day} at {time}'",
      /time\.whole: .*\{time\} is not known/,
    ],
    [
      'with numbers that have no rule',
      'rules.yaml',
      "0: '#'\n",
      "1: '#'\n",
      /numbers\.counting: no rule for 0/,
    ],
    ['with an unknown key', 'rules.yaml', 'hours: 24', 'hours: 24\n  zone: CET', /Unrecognized key: "zone"/],
    [
      'with plurals that CLDR does not know',
      'rules.yaml',
      'joint: and',
      'joint: and\nplurals: tlh',
      /CLDR does not know "tlh"/,
    ],
    [
      'with a text that is longer than an SMS',
      'texts.yaml',
      'unbekannt',
      'x'.repeat(161),
      /unknown-caller: 161 characters .* SMS has 160/,
    ],
    [
      'with a text that is too long for its characters',
      'texts.yaml',
      'unbekannt',
      `í${'x'.repeat(70)}`,
      /unknown-caller: 71 .* 70 \(ucs-2\)/,
    ],
    [
      'with an unknown hole in a text',
      'texts.yaml',
      'unbekannt',
      "'{who}'",
      /unknown-caller: there is no hole \{who\}/,
    ],
    ['with a text that nobody sends', 'texts.yaml', 'unknown-caller', 'unknown-called', /unknown-called/],
    ['with a voice that no engine can be', 'prompts.yaml', 'name: de', 'name: "de; ls"', /name of a voice/],
  ];
  for (const [what, name, from, to, message] of mistakes) {
    it(`${what} is refused, and it says why`, () => {
      change(name, from, to);
      assert.throws(() => readLanguage(source, 'de'), message);
    });
  }
});

describe('plurals of other languages', () => {
  // Only what differs: the numbers themselves are those of English.
  const english = readRules(shippedPrompts, 'en');
  const said = (language: string, value: number): string =>
    clips({ kind: 'count', value, noun: 'fax' }, compileRules(english, language)).at(-1) ?? '';
  const table: [string, string, readonly number[]][] = [
    ['pl', 'one', [1]],
    ['pl', 'few', [2, 4, 22, 1003]],
    ['pl', 'many', [5, 12, 21, 100]],
    ['ru', 'one', [1, 21, 101]],
    ['ru', 'few', [3, 24]],
    ['ru', 'many', [11, 5, 1000]],
    ['ar', 'two', [2]],
    ['ar', 'few', [3, 110]],
    ['ar', 'many', [11, 99]],
    ['ar', 'other', [100, 102]],
    ['ja', 'other', [1, 2, 100]],
  ];
  for (const [language, category, values] of table) {
    it(`${language}: ${values.join(', ')} ${values.length === 1 ? 'is' : 'are'} ${category}`, () => {
      for (const value of values) assert.equal(said(language, value), `noun-fax-${category}`);
    });
  }

  it('need a clip for each form that a language has', () => {
    const forms = (language: string) =>
      compileRules(english, language).clips.filter((clip) => clip.startsWith('noun-fax-'));
    assert.deepEqual(forms('pl').toSorted(), [
      'noun-fax-few',
      'noun-fax-many',
      'noun-fax-none',
      'noun-fax-one',
    ]);
    assert.deepEqual(forms('ja').toSorted(), ['noun-fax-none', 'noun-fax-other']);
    assert.equal(forms('ar').length, 6);
  });

  it('hold for the words of large numbers as well', () => {
    const numbers = {
      ...english.numbers,
      counting: { ...english.numbers['counting'], 1000: '< thousand-* [>]' },
    };
    const rules = compileRules({ ...english, numbers }, 'ru');
    const last = (value: number) => clips({ kind: 'number', value }, rules).at(-1);
    assert.deepEqual([1000, 2000, 5000, 21_000].map(last), [
      'thousand-one',
      'thousand-few',
      'thousand-many',
      'thousand-one',
    ]);
  });

  it('without a numeral, as the dual of Arabic, are a pattern of their own', () => {
    const rules = compileRules({ ...english, counts: { two: '{noun}' } }, 'ar');
    assert.deepEqual(clips({ kind: 'count', value: 2, noun: 'fax' }, rules), ['noun-fax-two']);
    assert.equal(shippedSpeech('en').category(2), 'other');
  });
});
