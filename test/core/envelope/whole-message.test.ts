import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { validateXML } from 'xmllint-wasm';
import { encodeBase64 } from '../../../app/core/envelope/base64.ts';
import {
  inlinesOf,
  messageOf,
  readWhole,
  wholeMessage,
  writeWhole,
  type Beside,
  type KeptPart,
  type WholeMessage,
} from '../../../app/core/envelope/whole-message.ts';
import type { E164, MailboxId, MediaId } from '../../../app/core/ids.ts';
import { count, date, envelopes, fine, wild } from './arbitrary.ts';

const folder = new URL('../../../app/core/envelope/', import.meta.url);
const schema = await readFile(new URL('message.xsd', folder), 'utf8');
const envelopeSchema = {
  fileName: 'envelope.xsd',
  contents: await readFile(new URL('envelope.xsd', folder), 'utf8'),
};

type Bytes = ReadonlyMap<MediaId, Uint8Array>;
interface Sample {
  readonly whole: WholeMessage;
  readonly bytes: Bytes;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Any message whose texts are these, with bytes that its parts tell the truth about. */
function messages(text: fc.Arbitrary<string>): fc.Arbitrary<Sample> {
  const id = text.filter((value) => value !== '');
  const lines = fc.array(text, { maxLength: 3 }).map((all) => all.join('\n'));
  const beside = fc.record(
    {
      mailbox: id as fc.Arbitrary<E164>,
      reference: id as fc.Arbitrary<Beside['reference']>,
      referenceExpires: date,
      urgent: fc.boolean(),
      state: fc.constantFrom('new', 'heard', 'saved', 'deleted'),
      version: count,
      expires: date,
      heardAt: date,
      deletedAt: date,
      accessedAt: date,
      hold: fc.record({ since: date, why: text }, { requiredKeys: ['since'], noNullPrototype: true }),
      transcript: lines,
    },
    {
      requiredKeys: ['mailbox', 'reference', 'referenceExpires', 'urgent', 'state', 'version', 'expires'],
      noNullPrototype: true,
    },
  );
  const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 8, maxLength: 8 });
  const keeps = fc.array(fc.constantFrom(undefined, 'plain', 'deflate'), { minLength: 4, maxLength: 4 });
  return fc.tuple(envelopes(text), beside, contents, keeps).map(([envelope, rest, all, keep]) => {
    const bytes = new Map<MediaId, Uint8Array>();
    const parts = envelope.parts.map((part, i) => {
      const media = `${part.media}${i}` as MediaId;
      const content = all[i] as Uint8Array;
      bytes.set(media, content);
      return { ...part, media, bytes: content.length, sha256: sha256(content) };
    });
    const kept = parts.flatMap((part, of): KeptPart[] => {
      if (keep[of] === undefined) return [];
      const media = `small-${of}` as MediaId;
      const content = all[of + 4] as Uint8Array;
      bytes.set(media, content);
      return [
        {
          of,
          media,
          contentType: part.contentType,
          bytes: content.length,
          ...(keep[of] === 'deflate' ? { encoding: 'deflate' as const } : {}),
          sha256: sha256(content),
        },
      ];
    });
    return { whole: { envelope: { ...envelope, parts }, beside: { ...rest, kept } }, bytes };
  });
}

function documentOf({ whole, bytes }: Sample): Buffer {
  const inlines = inlinesOf(whole);
  return Buffer.concat(
    writeWhole(whole).flatMap((text, i) => {
      const inline = inlines[i];
      return [Buffer.from(text), ...(inline ? encodeBase64(bytes.get(inline.media) as Uint8Array) : [])];
    }),
  );
}

function finished<T>(work: Generator<undefined, T, undefined>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Reads everything, also the bytes. */
function readAll(document: Uint8Array) {
  const { envelope, beside, inlines } = readWhole(document);
  return { whole: { envelope, beside }, contents: inlines.map((one) => [one.media, finished(one.decode())]) };
}

const [sample] = fc
  .sample(messages(fine), { seed: 7, numRuns: 200 })
  .filter(
    ({ whole }) => whole.beside.kept.length > 0 && whole.envelope.parts.length > 2 && whole.beside.hold,
  ) as [Sample];
const written = documentOf(sample).toString();
const refused = { name: 'Fault', code: 'invalid', temporary: false };

describe('a whole message as XML', function () {
  this.timeout(60_000);

  it('every message that is written reads as it was, with all its bytes', () => {
    fc.assert(
      fc.property(messages(fine), (one) => {
        const read = readAll(documentOf(one));
        assert.deepEqual(read.whole, one.whole);
        const wanted = inlinesOf(one.whole).map(({ media }) => [media, one.bytes.get(media)]);
        assert.deepEqual(read.contents, wanted);
      }),
      { numRuns: 200 },
    );
  });

  it('it is valid by the schema, whatever is written in it, and so is its sample with a fault not', async () => {
    const documents = fc.sample(messages(fc.oneof(wild, fine)), 200).map((one) => documentOf(one).toString());
    const faulty = [
      written.replace(' state=', ' estate='),
      written.replace('urn:answerback:envelope:1', 'urn:answerback:envelope:2'),
      written.replace(/<kept of="\d+"/, '<kept'),
    ];
    const xml = [...documents, ...faulty].map((contents, i) => ({ fileName: `d${i}.xml`, contents }));
    const { errors } = await validateXML({ xml, schema: [schema], preload: [envelopeSchema] });
    const wrong = new Set(
      errors.map((error) => error.loc?.fileName ?? /^(d\d+\.xml)/.exec(error.rawMessage)?.[1]),
    );
    assert.deepEqual(wrong, new Set(['d200.xml', 'd201.xml', 'd202.xml']));
  });

  it('text that XML cannot hold is cleaned once: written again it stays the same', () => {
    fc.assert(
      fc.property(messages(wild), (one) => {
        const clean = readAll(documentOf(one));
        const again = { whole: clean.whole, bytes: new Map(clean.contents as [MediaId, Uint8Array][]) };
        assert.deepEqual(documentOf(again), documentOf(one));
      }),
      { numRuns: 200 },
    );
  });

  it('a message of the store comes back as it was, but for work that was still to be done', () => {
    fc.assert(
      fc.property(messages(fine), ({ whole }) => {
        const message = messageOf(whole, 'box' as MailboxId);
        assert.deepEqual(wholeMessage(message, whole.beside.mailbox, whole.beside.kept), whole);
        assert.equal(message.tier, whole.beside.kept.length > 0 ? 'compressed' : 'live');
      }),
    );
  });

  it('a document of another make reads as well: line ends in the base64, blanks, other quotes', () => {
    const other = written
      .replaceAll('><', '>\r\n  <')
      .replaceAll(/>\r\n {2}<\/content>/g, '></content>')
      .replaceAll('<content>', '<content >\r\n')
      .replaceAll('</content>', '\n</content>')
      .replace(/ state="(\w+)"/, " state = '$1'");
    assert.deepEqual(readAll(Buffer.from(other)), readAll(Buffer.from(written)));
  });
});

describe('a whole message as XML, hostile', function () {
  this.timeout(120_000);
  const envelopeXml = /<envelope.*<\/envelope>/s.exec(written)?.[0] ?? '';
  const kept = /<kept .*?<\/kept>/s.exec(written)?.[0] ?? '';
  const hostile: Record<string, string> = {
    nothing: '',
    'not XML': '{"id":1}',
    'an envelope alone': envelopeXml,
    'billion laughs': written.replace('<message', '<!DOCTYPE m [<!ENTITY a "aaaa">]><message'),
    'an entity in the base64': written.replace('<content>', '<content>&#65;'),
    'an entity of nobody': written.replace(' mailbox="', ' mailbox="&a;'),
    'a comment around a content': written.replace(kept, `<!--${kept}-->`),
    'a CDATA section in a content': written.replace('<content>', '<content><![CDATA[AAAA]]>'),
    'a content that does not end': written.slice(0, written.indexOf('</content>')),
    'an element in a content': written.replace('<content>', '<content><content></content>'),
    'an attribute of a content': written.replace('<content>', '<content a="b">'),
    'a content where none may be': written.replace('<beside ', '<content></content><beside '),
    'no content': written.replace(/<content>[^<]*<\/content>/, ''),
    'a part without content that is not kept': written.replace(kept, ''),
    'a part kept twice': written.replace(kept, kept + kept),
    'a part kept that there is not': written.replace(/<kept of="\d+"/, '<kept of="900"'),
    'two envelopes': written.replace('</message>', `${envelopeXml}</message>`),
    'another namespace': written.replace('urn:answerback:message:1', 'urn:answerback:message:2'),
    'text beside': written.replace('<beside ', 'x<beside '),
    'an element too many': written.replace('<beside ', '<beside/><beside '),
    'an attribute of Object': written.replace('<beside ', '<beside __proto__="1" '),
    'a state that is none': written.replace(/ state="\w+"/, ' state="read"'),
    'a version with a sign': written.replace(/ version="/, ' version="-'),
    'a time that is none': written.replace(/ expires="\d{4}/, ' expires="20x6'),
    'a letter that is no base64': written.replace('</content>', '*</content>'),
    'too little padding': written.replace('</content>', 'A</content>'),
    'padding in the middle': written.replace('<content>', '<content>AA=='),
    'bits that stand for nothing': written.replace(/[^>]*<\/content>/, 'AB==</content>'),
    'more bytes than the part says': written.replace('<content>', '<content>AAAA'),
    'more elements than any message has': written.replace('<envelope', `${'<a/>'.repeat(100_000)}<envelope`),
    'deep nesting': '<message>'.repeat(10_000),
    'words without end': written.replace(
      '<envelope',
      `<transcript>${'x'.repeat(5_000_000)}</transcript><envelope`,
    ),
    'an envelope that the store could not read': written.replace(
      /<origin network="(\w+)" id="/,
      `$&${'x'.repeat(70_000)}`,
    ),
  };
  for (const [name, xml] of Object.entries(hostile)) {
    it(`${name}: is refused, quickly`, () => {
      assert.notEqual(xml, written, 'the sample was changed');
      const began = performance.now();
      assert.throws(() => readAll(Buffer.from(xml)), refused);
      assert.ok(performance.now() - began < 1000);
    });
  }

  it('bytes that are no UTF-8 are refused', () => {
    const bytes = Buffer.from(written);
    bytes[written.indexOf('mailbox="') + 9] = 0xff;
    assert.throws(() => readAll(bytes), refused);
  });

  it('cut at any byte: is refused', () => {
    const bytes = Buffer.from(written);
    for (let length = 0; length < bytes.length; length += 1) {
      assert.throws(() => readAll(bytes.subarray(0, length)), refused, `cut at ${length}`);
    }
  });

  it('whatever is changed in it: it is refused or reads, and nothing else happens', () => {
    const edit = fc.record({
      at: fc.nat(written.length - 1),
      remove: fc.nat(6),
      insert: fc.oneof(wild, fc.constantFrom('', '<', '>', '<content/>', '</content>', '=', '"', 'AAAA')),
    });
    const change = (text: string, { at, remove, insert }: { at: number; remove: number; insert: string }) =>
      text.slice(0, at) + insert + text.slice(at + remove);
    for (const edits of fc.sample(fc.array(edit, { minLength: 1, maxLength: 2 }), 3000)) {
      try {
        readAll(Buffer.from(edits.reduce(change, written)));
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'invalid', String(error));
      }
    }
  });

  it('a film of 24 MB is written and read in pieces: no text is as long as that, and others have their turn', () => {
    const film = Uint8Array.from(Buffer.alloc(24_000_000, 'a film of some size'));
    let pieces = 0;
    const text: Uint8Array[] = [];
    for (const piece of encodeBase64(film)) {
      pieces += 1;
      assert.ok(piece.length <= 1_048_576);
      text.push(piece);
    }
    assert.ok(pieces > 20);
    const media = 'film' as MediaId;
    const part = { media, contentType: 'video/mp4', bytes: film.length, sha256: sha256(film) };
    const whole: WholeMessage = {
      envelope: { ...sample.whole.envelope, parts: [part] },
      beside: { ...sample.whole.beside, kept: [] },
    };
    const [head = '', tail = ''] = writeWhole(whole);
    const document = Buffer.concat([Buffer.from(head), ...text, Buffer.from(tail)]);
    const [read] = readWhole(document).inlines;
    let turns = 0;
    const decoding = read!.decode();
    for (let step = decoding.next(); ; step = decoding.next()) {
      if (step.done === true) {
        assert.equal(sha256(step.value), part.sha256);
        break;
      }
      turns += 1;
    }
    assert.ok(turns > 20);
  });
});
