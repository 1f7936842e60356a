/** Lays out one PDF and tells its pages: `node paper-process.ts ORDER.json`. A process of its own, since it computes for long. */
import { createWriteStream, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import Paper from 'pdfkit';
import type { CoverSheet } from '../core/document/cover-sheet.ts';
import type { PaperOrder } from './paper.ts';

/** In points. */
const margin = 56;
const textSize = 11;
/** Words that are longer are broken: the library would take very long for them. */
const longWord = 60;

class TooManyPages extends Error {}

async function main(order: PaperOrder): Promise<number> {
  const doc = new Paper({ size: 'A4', margin, autoFirstPage: false });
  const file = doc.pipe(createWriteStream(order.out, { mode: 0o600 }));
  let pages = 0;
  doc.on('pageAdded', () => {
    pages++;
    if (pages > order.maxPages) throw new TooManyPages();
  });
  doc.addPage();
  try {
    draw(doc, order);
  } catch (error) {
    if (error instanceof TooManyPages) return pages;
    throw error;
  }
  doc.end();
  await finished(file);
  return pages;
}

function draw(doc: PDFKit.PDFDocument, { sheet, font, bold }: PaperOrder): void {
  doc.font(font).fontSize(textSize);
  switch (sheet.kind) {
    case 'text':
      doc.text(fit(doc, sheet.text));
      return;
    case 'cover':
      drawCover(doc, sheet.cover, font, bold);
      return;
    case 'picture': {
      const { width, height } = doc.page;
      const box: [number, number] = [width - 2 * margin, height - 2 * margin];
      doc.image(sheet.jpeg, margin, margin, { fit: box, align: 'center', valign: 'center' });
    }
  }
}

function drawCover(
  doc: PDFKit.PDFDocument,
  { title, rows, words }: CoverSheet,
  font: string,
  bold: string,
): void {
  const right = doc.page.width - margin;
  doc.font(bold).fontSize(26).text(fit(doc, title));
  doc.moveDown(0.5).moveTo(margin, doc.y).lineTo(right, doc.y).lineWidth(1.5).stroke().moveDown();
  const column = margin + 110;
  for (const [label, text] of rows) {
    const { y } = doc;
    doc.font(bold).fontSize(13).text(label, margin, y, { width: 104 });
    const below = doc.y;
    doc.font(font).text(fit(doc, text, right - column), column, y, { width: right - column });
    doc.y = Math.max(below, doc.y) + 6;
  }
  doc.moveDown(0.5).moveTo(margin, doc.y).lineTo(right, doc.y).stroke();
  if (words !== undefined) doc.fontSize(textSize).text(fit(doc, words), margin, doc.y + 18);
}

/** Text as paper takes it: no signs that control a terminal, and no word that is wider than a line. */
function fit(doc: PDFKit.PDFDocument, text: string, width = doc.page.width - 2 * margin): string {
  const plain = text
    .replaceAll(/\r\n?|[\f\v\u2028\u2029]/g, '\n')
    .replaceAll('\t', '    ')
    .replaceAll(/[\p{Cc}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, (sign) =>
      sign === '\n' ? sign : '',
    );
  const widths = new Map<string, number>();
  const widthOf = (sign: string): number => {
    const known = widths.get(sign) ?? doc.widthOfString(sign);
    widths.set(sign, known);
    return known;
  };
  return plain.replaceAll(/\S+/g, (word) => (word.length > longWord ? broken(word, width, widthOf) : word));
}

function broken(word: string, width: number, widthOf: (sign: string) => number): string {
  const lines: string[] = [];
  let [line, used] = ['', 0];
  for (const sign of word) {
    const wide = widthOf(sign);
    // Less than a whole line, since signs beside each other may be wider than alone.
    if (used + wide > width * 0.97) {
      lines.push(line);
      [line, used] = ['', 0];
    }
    line += sign;
    used += wide;
  }
  return [...lines, line].join('\n');
}

const [, , orderFile = ''] = process.argv;
try {
  process.stdout.write(String(await main(JSON.parse(readFileSync(orderFile, 'utf8')) as PaperOrder)));
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
}
