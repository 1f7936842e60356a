import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommand } from '../../app/core/notification/commands.ts';
import type { TextsData } from '../../app/core/notification/wording.ts';
import { clips } from '../../app/core/prompt/say.ts';
import { openPromptCatalog } from '../../app/speech/open.ts';
import { readRules } from '../../scripts/prompts/rules.ts';
import { readTexts } from '../../scripts/prompts/texts.ts';
import { keptLog } from '../telemetry/kept-log.ts';
import { shippedPrompts } from './shipped.ts';

describe('the prompt catalog', () => {
  let directory = '';
  const log = keptLog();
  const index = (language: string, text: string): void => {
    mkdirSync(join(directory, language), { recursive: true });
    writeFileSync(join(directory, language, 'index.json'), text);
    const rules = readRules(shippedPrompts, language.slice(0, 2));
    const { texts } = readTexts(shippedPrompts, language.slice(0, 2));
    writeFileSync(join(directory, language, 'language.json'), JSON.stringify({ rules, texts }));
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'catalog-'));
    index('en', '{"goodbye": 600, "beep": 300, "hello": 500}');
    index('es', '{"goodbye": 700, "beep": 300, "setting-language-this": 400}');
    index('es-MX', '{"goodbye": 800}');
    mkdirSync(join(directory, 'notes'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const lookups: [string, string, string, number][] = [
    ['es-MX', 'goodbye', 'es-MX', 800],
    ['es-MX', 'beep', 'es', 300],
    ['es-mx', 'goodbye', 'es-MX', 800],
    ['es-MX-x-home', 'goodbye', 'es-MX', 800],
    ['es-MX', 'hello', 'en', 500],
    ['es-AR', 'goodbye', 'es', 700],
    ['en-GB', 'goodbye', 'en', 600],
    ['fr', 'goodbye', 'en', 600],
    ['../en', 'goodbye', 'en', 600],
  ];
  for (const [language, name, folder, ms] of lookups) {
    it(`takes ${name} for ${language} from ${folder}`, async () => {
      await using catalog = await openPromptCatalog({ directory, language: 'en' }, { log });
      assert.equal(catalog.clip(language, name), join(directory, folder, name));
      assert.equal(catalog.durationMs(language, name), ms);
    });
  }

  it('has the rules and the texts of a language, of the one that it is a region of, or of the default one', async () => {
    await using catalog = await openPromptCatalog({ directory, language: 'en' }, { log });
    const one = { kind: 'count', value: 21, noun: 'page' } as const;
    const said = (language: string) => clips(one, catalog.speech(language)).join(' ');
    const full = (language: string) => catalog.wording(language).text('full', { access: '1' }).slice(0, 4);
    for (const language of ['es', 'es-MX', 'es-AR']) {
      assert.equal(said(language), 'number-21-feminine noun-page-other');
      assert.equal(full(language), 'Su c');
    }
    for (const language of ['en', 'en-GB', 'fr', 'constructor', '']) {
      assert.equal(said(language), 'number-20 number-1 noun-page-other');
      assert.equal(full(language), 'Your');
    }
    assert.deepEqual(catalog.languages.toSorted(), ['en', 'es']);
    assert.equal(catalog.languages[0], 'en');
    assert.deepEqual(parseCommand('ayuda', catalog.vocabulary), { kind: 'help' });
  });

  it('has English for what another default language lacks', async () => {
    const file = join(directory, 'es/language.json');
    const { rules, texts } = JSON.parse(readFileSync(file, 'utf8')) as { rules: object; texts: TextsData };
    const { full: _, ...others } = texts.texts;
    writeFileSync(file, JSON.stringify({ rules, texts: { ...texts, texts: others } }));
    await using catalog = await openPromptCatalog({ directory, language: 'es' }, { log });
    assert.equal(catalog.clip('fr', 'goodbye'), join(directory, 'es/goodbye'));
    assert.equal(catalog.clip('fr', 'hello'), join(directory, 'en/hello'));
    assert.match(catalog.wording('fr').text('reply-saved'), /guardado/);
    for (const language of ['es', 'fr'])
      assert.match(catalog.wording(language).text('full', { access: '1' }), /^Your .* Call 1 /);
    assert.deepEqual(catalog.languages, ['es']);
  });

  it('offers a region that is the default language in place of its language', async () => {
    await using catalog = await openPromptCatalog({ directory, language: 'es-MX' }, { log });
    assert.deepEqual(catalog.languages, ['es-MX']);
  });

  it('says that there is no such clip, and leads to no file outside', async () => {
    await using catalog = await openPromptCatalog({ directory, language: 'en' }, { log });
    for (const name of ['nothing', '../../etc/passwd', 'constructor', '']) {
      assert.throws(() => catalog.clip('en', name), { code: 'not-found', temporary: false });
    }
  });

  it('says what to run where nothing was built', async () => {
    const wrong = [
      { directory: join(directory, 'nowhere'), language: 'en' },
      { directory, language: 'fr' },
    ];
    for (const options of wrong) {
      await assert.rejects(openPromptCatalog(options, { log }), {
        code: 'not-found',
        message: /npm run prompts/,
      });
    }
    index('en', '{ broken');
    await assert.rejects(
      openPromptCatalog({ directory, language: 'en' }, { log }),
      /index\.json cannot be read/,
    );
    index('en', '{}');
    for (const broken of ['{', '{"texts": {}}', '{"rules": {"numbers": {}, "time": {}}, "texts": {}}']) {
      writeFileSync(join(directory, 'en/language.json'), broken);
      await assert.rejects(
        openPromptCatalog({ directory, language: 'en' }, { log }),
        /language\.json cannot be read: run npm run prompts/,
      );
    }
  });
});
