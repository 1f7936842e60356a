import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { validateXML } from 'xmllint-wasm';
import { readEnvelope, writeEnvelope } from '../../../app/core/envelope/envelope.ts';
import type { E164, MediaId, MessageId } from '../../../app/core/ids.ts';
import type { Envelope, Part } from '../../../app/core/message/message.ts';
import { envelopes, fine, wild } from './arbitrary.ts';

const schema = await readFile(new URL('../../../app/core/envelope/envelope.xsd', import.meta.url), 'utf8');

const sample: Envelope = {
  id: '01939a2b-0000-7000-8000-000000000001' as MessageId,
  kind: 'voice',
  origin: { network: 'sip', id: '1732295.12~1' },
  from: { number: '+41791234567', name: 'Zoë', private: false },
  to: '+12025550123' as E164,
  dialled: '5550123',
  received: new Date('2026-01-02T03:04:05.006Z'),
  urgent: true,
  confidential: false,
  cut: false,
  parts: [
    { media: 'm' as MediaId, contentType: 'audio/PCMU', bytes: 3, durationMs: 0, sha256: 'a'.repeat(64) },
  ],
  related: '01939a2b-0000-7000-8000-000000000002' as MessageId,
};
const written = writeEnvelope(sample);
const refused = { name: 'Fault', code: 'invalid', temporary: false };

/** Which of the documents libxml2 finds valid by the schema. */
async function verdicts(documents: readonly string[]): Promise<boolean[]> {
  const xml = documents.map((contents, i) => ({ fileName: `d${i}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema: [schema] });
  const wrong = new Set(
    errors.map((error) => error.loc?.fileName ?? /^(d\d+\.xml)/.exec(error.rawMessage)?.[1]),
  );
  return xml.map(({ fileName }) => !wrong.has(fileName));
}

describe('envelope: a message as XML', function () {
  this.timeout(60_000);

  it('every envelope that is written reads as it was', () => {
    fc.assert(
      fc.property(envelopes(fine), (envelope) => {
        assert.deepEqual(readEnvelope(writeEnvelope(envelope)), envelope);
      }),
      { numRuns: 500 },
    );
  });

  it('every envelope that is written is valid by the schema, whatever the names in it', async () => {
    const documents = fc
      .sample(envelopes(fc.oneof(wild, fine)), 300)
      .map((envelope) => writeEnvelope(envelope));
    const wrong = (await verdicts(documents)).flatMap((valid, i) => (valid ? [] : [documents[i]]));
    assert.deepEqual(wrong, []);
  });

  it('the schema check itself finds faults', async () => {
    const faulty = [
      written.replace(' media="m"', ''),
      written.replace('<to', '<too'),
      written.replace('"true"', '"1"'),
      written.replace('.006Z', '.006+00:00'),
    ];
    assert.deepEqual(await verdicts([written, ...faulty, written]), [true, false, false, false, false, true]);
  });

  it('text that XML cannot hold is cleaned once: written again it stays the same', () => {
    fc.assert(
      fc.property(envelopes(wild), (envelope) => {
        const xml = writeEnvelope(envelope);
        const clean = readEnvelope(xml, 200_000);
        assert.equal(writeEnvelope(clean), xml);
        assert.equal(clean.parts.length, envelope.parts.length);
      }),
      { numRuns: 500 },
    );
  });

  it('a name keeps everything that is allowed; controls become U+FFFD, tabs and line ends a space', () => {
    const name = (text: string) =>
      readEnvelope(writeEnvelope({ ...sample, from: { name: text, private: false } })).from.name;
    assert.equal(name('  a & <b> "c" \'d\' ]]> é 😀  '), '  a & <b> "c" \'d\' ]]> é 😀  ');
    assert.equal(name('a\r\nb\tc'), 'a  b c');
    assert.equal(
      name('\u0000\u0007\u001b\u007f\u0085\ud800\udc00\ud800\ufffe\uffff'),
      '\ufffd'.repeat(5) + '\ud800\udc00' + '\ufffd'.repeat(3),
    );
    assert.equal(name(''), '');
    assert.equal(name('&#65;&amp;&lt;'), '&#65;&amp;&lt;');
  });

  it('an export carries the bytes of its parts and reads as the same envelope', async () => {
    const xml = writeEnvelope(sample, new Map([['m' as MediaId, Buffer.from('abc').toString('base64')]]));
    assert.match(xml, /<content>YWJj<\/content>/);
    assert.deepEqual(await verdicts([xml]), [true]);
    assert.deepEqual(readEnvelope(xml), sample);
  });

  it('an envelope of another make reads as well: other order of attributes, quotes, blanks, references', async () => {
    const other = written
      .replace(' urgent="true"', '')
      .replace('<envelope ', "<envelope\n  urgent = 'true' ")
      .replaceAll('><', '>\n  <')
      .replace('Zoë', '&#90;o&#xEB;');
    assert.deepEqual(await verdicts([other]), [true]);
    assert.deepEqual(readEnvelope(other), sample);
    assert.deepEqual(readEnvelope(`\uFEFF${written}`), sample);
  });

  it('what cannot be read back is not written', () => {
    const part = sample.parts[0] as Part;
    const wrong: Partial<Envelope>[] = [
      { id: '' as MessageId },
      { received: new Date(Number.NaN) },
      { received: new Date('+012345-01-01T00:00:00Z') },
      ...[-1, 1.5, Number.NaN, 2 ** 53].map((bytes) => ({ parts: [{ ...part, bytes }] })),
      ...['', 'audio', 'a/b\u0000', '<a>/b'].map((contentType) => ({ parts: [{ ...part, contentType }] })),
      { parts: [{ ...part, sha256: 'A'.repeat(64) }] },
    ];
    for (const change of wrong) assert.throws(() => writeEnvelope({ ...sample, ...change }), refused);
    assert.throws(() => writeEnvelope(sample, new Map([['m' as MediaId, '<x/>']])), refused);
  });
});

describe('envelope: hostile XML', function () {
  this.timeout(120_000);
  const root = /<envelope .*$/s.exec(written)?.[0] ?? '';
  const lol = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  const hostile: Record<string, string> = {
    'billion laughs': `<?xml version="1.0"?><!DOCTYPE envelope [<!ENTITY l0 "lol">${lol}]>${root.replace('Zoë', '&l10;')}`,
    'external entity': `<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>${root.replace('Zoë', '&x;')}`,
    'a DOCTYPE alone': `<!DOCTYPE envelope>${root}`,
    'an entity of nobody': root.replace('Zoë', '&nbsp;'),
    'a bare ampersand': root.replace('Zoë', 'A & B'),
    'a reference to a control': root.replace('Zoë', '&#7;'),
    'a reference to half a character': root.replace('Zoë', '&#xD800;'),
    'a reference beyond Unicode': root.replace('Zoë', '&#x110000;'),
    'a raw control': root.replace('Zoë', '\u0007'),
    'half a character': root.replace('Zoë', '\ud800'),
    'a comment': root.replace('<to', '<!-- --><to'),
    'a CDATA section': root.replace('<to', '<![CDATA[ ]]><to'),
    'a processing instruction': root.replace('<to', '<?php x ?><to'),
    'another namespace': written.replace('urn:answerback:envelope:1', 'urn:answerback:envelope:2'),
    'no namespace': written.replace(' xmlns="urn:answerback:envelope:1"', ''),
    'a prefix': root
      .replace('<to ', '<a:to ')
      .replace('xmlns=', 'xmlns:a="urn:answerback:envelope:1" xmlns='),
    'another element': root.replaceAll('envelope', 'letter'),
    'two document elements': root + root,
    'text after the end': `${written}x`,
    nothing: '',
    'not XML': '{"id":1}',
    'an attribute twice': root.replace('<to ', '<to number="+1" '),
    'an attribute too many': root.replace('<to ', '<to x="1" '),
    'an attribute of Object': root.replace('<to ', '<to __proto__="1" '),
    'an attribute less': root.replace(' cut="false"', ''),
    'an element too many': root.replace('<to ', '<cc number="1"/><to '),
    'an element of Object': root.replace('<to ', '<__proto__/><to '),
    'elements in another order': root.replace(/(<origin [^>]*\/>)(<from [^>]*\/>)/, '$2$1'),
    'an element inside a leaf': root.replace(/<to ([^>]*)\/>/, '<to $1><x/></to>'),
    'text inside a leaf': root.replace(/<to ([^>]*)\/>/, '<to $1>x</to>'),
    'text between elements': root.replace('<to ', 'x<to '),
    'a bare < in a value': root.replace('Zoë', 'a<b'),
    'a value without quotes': root.replace('"+12025550123"', '+12025550123'),
    'a kind that is none': root.replace('"voice"', '"smell"'),
    'a flag that is none': root.replace('"true"', '"yes"'),
    'a count with a sign': root.replace('bytes="3"', 'bytes="-3"'),
    'a count with blanks': root.replace('bytes="3"', 'bytes=" 3"'),
    'a count beyond counting': root.replace('bytes="3"', 'bytes="9007199254740993"'),
    'a 30 February': root.replace('2026-01-02', '2026-02-30'),
    'a time without zone': root.replace('.006Z', '.006'),
    'a hash that is none': root.replace('a'.repeat(64), 'a'.repeat(63)),
    'content that is no base64': root.replace(/<part ([^>]*)\/>/, '<part $1><content>é</content></part>'),
    'two contents': root.replace(/<part ([^>]*)\/>/, '<part $1><content/><content/></part>'),
    'deep nesting': '<envelope>'.repeat(50_000),
    'deep nesting that ends': '<a>'.repeat(5000) + '</a>'.repeat(5000),
    'too long': root.replace('Zoë', 'x'.repeat(70_000)),
  };
  for (const [name, xml] of Object.entries(hostile)) {
    it(`${name}: is refused, quickly`, () => {
      assert.notEqual(xml, written, 'the sample was changed');
      const began = performance.now();
      assert.throws(() => readEnvelope(xml), refused);
      assert.ok(performance.now() - began < 500);
    });
  }

  it('cut at any byte: is refused', () => {
    const bytes = Buffer.from(written);
    for (let length = 0; length < bytes.length; length += 1) {
      assert.throws(() => readEnvelope(bytes.toString('utf8', 0, length)), refused, `cut at ${length}`);
    }
  });

  it('whatever is changed in it: what is read is also valid by the schema', async () => {
    const edits = fc.record({
      at: fc.nat(written.length - 1),
      remove: fc.nat(6),
      insert: fc.oneof(
        fc.constant(''),
        wild,
        fc.constantFrom('<', '>', '"', '/', '=', ' ', '&', ';', "'", '<to number=""/>'),
      ),
    });
    const changed = fc
      .sample(fc.array(edits, { minLength: 1, maxLength: 2 }), 6000)
      .map((list) =>
        list.reduce(
          (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
          written,
        ),
      );
    const read = changed.filter((xml) => {
      try {
        readEnvelope(xml);
        return true;
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'invalid', String(error));
        return false;
      }
    });
    assert.ok(read.length > 50, 'some edits are harmless');
    // One document at a time would start a machine each; several hundred are checked together.
    const wrong = (await verdicts(read)).flatMap((valid, i) => (valid ? [] : [read[i]]));
    assert.deepEqual(wrong, []);
  });
});
