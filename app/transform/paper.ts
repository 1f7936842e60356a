/** Words, pictures and cover sheets on paper: a PDF, laid out in a process of its own (paper-process.ts). */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readCoverSheet, type CoverSheet } from '../core/document/cover-sheet.ts';
import type { Content } from '../ports/convert.ts';
import { refused, type Bench } from './tools.ts';

/** What is to be laid out; `jpeg` is the name of a file. */
export type Sheet =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cover'; readonly cover: CoverSheet }
  | { readonly kind: 'picture'; readonly jpeg: string };

/** How the process is asked. */
export interface PaperOrder {
  readonly sheet: Sheet;
  readonly font: string;
  readonly bold: string;
  readonly out: string;
  readonly maxPages: number;
}

const own = import.meta.url;
const { resolve } = createRequire(own);
const script = fileURLToPath(new URL(`./paper-process.${own.endsWith('.ts') ? 'ts' : 'js'}`, own));

/** DejaVu: Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic and many signs. */
function font(name: string): string {
  return resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);
}

/** @throws Fault `invalid` for text that is none, or has too many pages */
export async function textToPdf(content: Content, maxPages: number, bench: Bench): Promise<Content> {
  const text = decode(content);
  if (text.trim() === '') throw refused('there are no words in it');
  return lay({ kind: 'text', text }, maxPages, bench);
}

/** What is written on it may go on to further pages. */
export async function coverToPdf(content: Content, maxPages: number, bench: Bench): Promise<Content> {
  const cover = readCoverSheet(content.bytes);
  if (cover === undefined) throw refused('it is no cover sheet');
  return lay({ kind: 'cover', cover }, maxPages, bench);
}

/** @param jpeg a file in the bench's folder */
export function pictureToPdf(jpeg: string, bench: Bench): Promise<Content> {
  return lay({ kind: 'picture', jpeg }, 1, bench);
}

async function lay(sheet: Sheet, maxPages: number, bench: Bench): Promise<Content> {
  const [regular, bold] = [font('DejaVuSans'), font('DejaVuSans-Bold')];
  const order: PaperOrder = { sheet, font: regular, bold, out: bench.path('paper.pdf'), maxPages };
  const file = await bench.write('order.json', Buffer.from(JSON.stringify(order)));
  const { out } = await bench.script(script, [file]);
  const pages = Number(Buffer.from(out).toString('latin1'));
  if (pages > maxPages) throw refused(`it would have more than ${maxPages} pages`);
  return { contentType: 'application/pdf', bytes: await bench.read('paper.pdf'), pages };
}

/** In the character set that its type names, else UTF-8 (RFC 6657). */
function decode({ contentType, bytes }: Content): string {
  const [, charset = 'utf-8'] = /;\s*charset="?([^";\s]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    throw refused('its character set is not known here');
  }
}
