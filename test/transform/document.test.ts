import assert from 'node:assert/strict';
import { coverPage } from '../../app/core/document/cover-sheet.ts';
import type { Content } from '../../app/ports/convert.ts';
import { filmed, openWorld, pixels, tiffFacts, tool, type World } from './world.ts';

const text = (words: string, charset = 'utf-8'): Content => ({
  contentType: `text/plain; charset=${charset}`,
  bytes: Buffer.from(words, charset === 'utf-8' ? 'utf8' : 'latin1'),
});

describe('words, documents and faxes', function () {
  this.timeout(120_000);
  let world: World;
  before(() => {
    world = openWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  const wordsOf = async (document: Content): Promise<string> =>
    Buffer.from((await world.to('text/plain', document)).bytes).toString();

  /** How dark a picture is in each of 48 by 48 fields. Coarse: a sheet of fax is a little wider than the page on it. */
  const lookOf = async (picture: Content): Promise<readonly number[]> => {
    const { rgb, width, height } = await pixels(picture);
    const fields = Array.from({ length: 48 * 48 }, () => 0);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const field = Math.floor((y * 48) / height) * 48 + Math.floor((x * 48) / width);
        fields[field] = (fields[field] ?? 0) + 255 - (rgb[(y * width + x) * 3] ?? 0);
      }
    return fields;
  };

  /** How much of the darkness lies in the same places, 0 to 1. */
  const sameness = (a: readonly number[], b: readonly number[]): number => {
    const product = (p: readonly number[], q: readonly number[]) =>
      p.reduce((sum, one, i) => sum + one * (q[i] ?? 0), 0);
    return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
  };

  const alike = async (a: Content, b: Content): Promise<number> => sameness(await lookOf(a), await lookOf(b));

  describe('words on paper', () => {
    it('are found again in the PDF, in Latin, Greek, Cyrillic and with signs', async () => {
      const words = 'Café “Zürich” costs 5 €\nДоброе утро\nΚαλημέρα κόσμε';
      const pdf = await world.to('application/pdf', text(words));
      assert.equal(pdf.contentType, 'application/pdf');
      assert.equal(pdf.pages, 1);
      assert.deepEqual((await wordsOf(pdf)).trim().split('\n'), words.split('\n'));
    });

    it('in another character set are the same words', async () => {
      const pdf = await world.to(
        'application/pdf',
        text('Déjà vu à l’école'.replace('’', "'"), 'iso-8859-1'),
      );
      assert.match(await wordsOf(pdf), /Déjà vu à l'école/);
    });

    it('wrap at the margin and go on to further pages, none lost', async () => {
      const words = Array.from({ length: 2500 }, (_, i) => `word${i}`);
      const pdf = await world.to('application/pdf', text(words.join(' ')));
      assert.ok((pdf.pages ?? 0) >= 4, `${pdf.pages} pages`);
      assert.equal((await world.room.measure(pdf)).pages, pdf.pages);
      assert.deepEqual((await wordsOf(pdf)).trim().split(/\s+/), words);
      const { grey } = await pixels(await world.to('image/png', pdf));
      for (let y = 0.1; y < 0.9; y += 0.003) assert.ok(grey(0.95, y) > 250, 'nothing beyond the margin');
    });

    it('a word longer than a line is broken, not cut', async () => {
      const long = Array.from({ length: 400 }, (_, i) => String(i).padStart(5, '0')).join('');
      const pdf = await world.to('application/pdf', text(`before ${long} after`));
      assert.equal((await wordsOf(pdf)).replaceAll(/\s/g, ''), `before${long}after`);
    });

    it('signs that only machines read are left out', async () => {
      const pdf = await world.to('application/pdf', text('one\0\u001b[31m two\r\nthree\u202efour\ttab'));
      assert.equal((await wordsOf(pdf)).trim(), 'one[31m two\nthreefour tab');
    });

    it('more words than pages may be are refused, and say so', async () => {
      await using strict = openWorld({ maxPages: 2 });
      await assert.rejects(strict.to('application/pdf', text('many words '.repeat(3000))), {
        code: 'invalid',
        message: /more than 2 pages/,
      });
    });
  });

  describe('a document as a fax', () => {
    it('is Group 3, 1728 pixels wide, fine, each page one, and looks the same', async () => {
      const pdf = await world.to('application/pdf', text('The meeting is on Tuesday.\n'.repeat(120)));
      const fax = await world.to('image/tiff', pdf);
      assert.equal(fax.contentType, 'image/tiff');
      assert.equal(fax.pages, pdf.pages);
      const facts = await tiffFacts(fax.bytes);
      assert.equal(facts.length, pdf.pages);
      for (const page of facts) {
        assert.match(page, /Image Width: 1728 Image Length: 2292/);
        assert.match(page, /Resolution: 204, 196 pixels\/inch/);
        assert.match(page, /Bits\/Sample: 1\n/);
        assert.match(page, /CCITT Group 3/);
        assert.match(page, /min-is-white/);
      }
      const score = await alike(await world.to('image/png', pdf), await world.to('image/png', fax));
      assert.ok(score > 0.9, `${score} of it is in the same places`);
      const other = await world.to('application/pdf', text('Something else\n\n\n'.repeat(20)));
      const less = await alike(await world.to('image/png', other), await world.to('image/png', fax));
      assert.ok(less < 0.7, `another page is ${less} alike`);
    });

    it('a page of any size fills the sheet without being cut', async () => {
      for (const [size, across, down] of [
        ['letter', 612, 792],
        ['a stamp', 72, 102],
        ['a poster', 2384, 3370],
      ] as const) {
        const fax = await world.to('image/tiff', framed(across, down));
        assert.match((await tiffFacts(fax.bytes))[0] ?? '', /Image Width: 1728 Image Length: 2292/);
        const page = await pixels(await world.to('image/png', fax));
        const black = [...darkSpan(page, 'x'), ...darkSpan(page, 'y')];
        assert.ok(black[0]! < 0.05 && black[1]! > 0.95, `${size}: from ${black[0]} to ${black[1]} across`);
        assert.ok((black[2]! < 0.05 && black[3]! > 0.93) || size === 'letter', `${size}: ${black.join(' ')}`);
      }
    });

    it('of a picture is a page with greys made of dots', async () => {
      const bytes = await filmed('png', '-f lavfi -i color=gray:s=400x400 -frames:v 1'.split(' '));
      const fax = await world.to(
        'image/tiff',
        await world.to('application/pdf', { contentType: 'image/png', bytes }),
      );
      const { rgb, width, height } = await pixels(await world.to('image/png', fax));
      let sum = 0;
      for (let y = height * 0.45; y < height * 0.55; y++)
        for (let x = width * 0.4; x < width * 0.6; x++)
          sum += rgb[(Math.floor(y) * width + Math.floor(x)) * 3] ?? 0;
      const mean = sum / (height * 0.1 * width * 0.2);
      assert.ok(mean > 80 && mean < 176, `its middle is ${mean} of 255`);
    });
  });

  describe('a fax as a document', () => {
    it('has all its pages, and looks the same', async () => {
      const fax = await world.to(
        'image/tiff',
        await world.to('application/pdf', text('Signed contract\n'.repeat(100))),
      );
      const pdf = await world.to('application/pdf', fax);
      assert.equal(pdf.contentType, 'application/pdf');
      assert.equal(pdf.pages, fax.pages);
      assert.equal((await world.room.measure(pdf)).pages, fax.pages);
      assert.ok((await alike(await world.to('image/png', pdf), await world.to('image/png', fax))) > 0.95);
    });

    it('of standard resolution (204 by 98) is as high as the paper was', async () => {
      const { file } = await tool(
        'gs',
        '-q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=tiffg4 -r204x98 -g1728x1146 -sOutputFile={fax.tif} {in.pdf}'.split(
          ' ',
        ),
        { 'in.pdf': framed(612, 842).bytes },
      );
      const { width, height } = await pixels(
        await world.to('image/png', { contentType: 'image/tiff', bytes: file('fax.tif') }),
      );
      assert.ok(Math.abs(height / width - 11.69 / 8.47) < 0.02, `${width} by ${height}`);
    });
  });

  describe('documents joined', () => {
    const cover = coverPage({
      title: 'Fax',
      rows: [
        ['From', '+1 202 555 0123'],
        ['To', 'Zoë Ångström'],
        ['Pages', '3'],
        ['Date', '5 May 2031, 14:05'],
        ['Subject', 'The contract, a title that is so long that it needs more than one line of the sheet'],
      ],
      words: 'Please sign and return.',
    });

    it('a cover sheet says from whom, for whom and how many pages', async () => {
      const pdf = await world.to('application/pdf', cover);
      assert.equal(pdf.pages, 1);
      const words = await wordsOf(pdf);
      for (const one of [
        'Fax',
        'From',
        '+1 202 555 0123',
        'Zoë Ångström',
        '5 May 2031, 14:05',
        'Please sign and return.',
      ])
        assert.ok(words.includes(one), one);
    });

    it('what is written on a cover sheet goes on to further pages', async () => {
      const words = Array.from({ length: 900 }, (_, i) => `word${i}`);
      const pdf = await world.to(
        'application/pdf',
        coverPage({ title: 'Fax', rows: [], words: words.join(' ') }),
      );
      assert.ok((pdf.pages ?? 0) > 1, `${pdf.pages} pages`);
      assert.deepEqual((await wordsOf(pdf)).trim().split(/\s+/).slice(1), words);
    });

    it('a cover sheet, a fax, a document and a photograph become one fax, in this order', async () => {
      const photo = await filmed('tif', '-f lavfi -i testsrc=s=640x480 -frames:v 1'.split(' '));
      const parts: Content[] = [
        await world.to('application/pdf', cover),
        await world.to('image/tiff', await world.to('application/pdf', text('first fax\n'.repeat(90)))),
        await world.to('application/pdf', text('then a document')),
        { contentType: 'image/tiff', bytes: photo },
      ];
      const joined = await world.room.join(parts);
      assert.equal(joined.contentType, 'image/tiff');
      assert.equal(joined.pages, 5);
      const facts = await tiffFacts(joined.bytes);
      assert.equal(facts.length, 5);
      for (const page of facts)
        assert.match(page, /Image Width: 1728[^]*Resolution: 204, 196[^]*CCITT Group 3/);
      const looks: (readonly number[])[] = [];
      for (const part of parts.slice(0, 3)) looks.push(await lookOf(await world.to('image/png', part)));
      for (const [i, pageAt] of [0, 1, 3].entries()) {
        const { file } = await tool('tiffcp', [`{in.tif},${pageAt}`, '{one.tif}'], {
          'in.tif': joined.bytes,
        });
        const page = await lookOf(
          await world.to('image/png', { contentType: 'image/tiff', bytes: file('one.tif') }),
        );
        const scores = looks.map((look) => sameness(look, page));
        assert.equal(scores.indexOf(Math.max(...scores)), i, `page ${pageAt + 1}: ${scores.join(' ')}`);
        assert.ok((scores[i] ?? 0) > 0.75, `page ${pageAt + 1}: ${scores[i]}`);
      }
    });

    it('together they may not have too many pages', async () => {
      await using strict = openWorld({ maxPages: 2 });
      const page = await strict.to('application/pdf', text('one page'));
      assert.equal((await strict.room.join([page, page])).pages, 2);
      await assert.rejects(strict.room.join([page, page, page]), {
        code: 'invalid',
        message: /3 pages; at most 2/,
      });
      await assert.rejects(strict.room.join([]), { code: 'invalid' });
    });
  });

  it('how many pages a document or a fax has, is known without converting it', async () => {
    const pdf = await world.to('application/pdf', text('line\n'.repeat(200)));
    assert.ok((pdf.pages ?? 0) > 2);
    assert.deepEqual(await world.room.measure(pdf), { pages: pdf.pages });
    assert.deepEqual(await world.room.measure(await world.to('image/tiff', pdf)), { pages: pdf.pages });
    assert.deepEqual(await world.room.measure(text('words')), {});
  });
});

/** A PDF of one page of so many points with a thick black frame at its very edge. */
function framed(width: number, height: number): Content {
  const thick = width / 50;
  const drawing = `${thick} w ${thick / 2} ${thick / 2} ${width - thick} ${height - thick} re S`;
  return { contentType: 'application/pdf', bytes: pdf(`[0 0 ${width} ${height}]`, drawing) };
}

function pdf(mediaBox: string, drawing: string): Buffer {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox ${mediaBox} /Contents 4 0 R >>`,
    `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
  ];
  const body = objects.map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`).join('');
  return Buffer.from(`%PDF-1.4\n${body}trailer << /Root 1 0 R /Size 5 >>\n%%EOF\n`, 'latin1');
}

/** Where the first and the last dark pixel lie in the middle of a page, as shares of its width or height. */
function darkSpan(
  page: { grey: (x: number, y: number) => number },
  along: 'x' | 'y',
): readonly [number, number] {
  const places = Array.from({ length: 700 }, (_, i) => i / 700);
  const dark = places.filter(
    (place) => (along === 'x' ? page.grey(place, 0.5) : page.grey(0.5, place)) < 128,
  );
  return [dark[0] ?? 1, dark.at(-1) ?? 0];
}
