/**
 * Recordings of the event socket of a real FreeSWITCH 1.11.2: `<connection> <direction> +<ms> <mark><text>`. Mark `|`: a line
 * feed followed on the wire; `~`: none did. `\r`, `\\` and `\xNN` are escapes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const folder = new URL('transcripts/', import.meta.url);

export interface Piece {
  readonly connection: string;
  readonly from: 'switch' | 'application';
  readonly ms: number;
  readonly bytes: Buffer;
}

export interface Transcript {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

export function transcriptNames(): string[] {
  return readdirSync(folder)
    .map((file) => file.replace(/\.txt\.gz$/, ''))
    .sort();
}

export function readTranscript(name: string): Transcript {
  const text = gunzipSync(readFileSync(new URL(`${name}.txt.gz`, folder))).toString('latin1');
  const pieces = text.split('\n').flatMap((line) => {
    const match = /^(\w+) (FS>APP|APP>FS) \+(\d+) ([|~])(.*)$/s.exec(line);
    if (match === null) return [];
    const [, connection = '', direction, ms, mark, escaped = ''] = match;
    const bytes = Buffer.from(withBytes(unescaped(escaped)) + (mark === '|' ? '\n' : ''), 'latin1');
    return [
      { connection, from: direction === 'FS>APP' ? 'switch' : 'application', ms: Number(ms), bytes } as const,
    ];
  });
  return { name, pieces };
}

/** The recorder wrote U+FFFD where a byte was no UTF-8; it was the é of a display name in Latin-1. */
function withBytes(text: string): string {
  return text.replaceAll('\u00EF\u00BF\u00BD', '\u00E9');
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:r|\\|x([0-9A-Fa-f]{2}))/g, (all, hex: string | undefined) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return all === String.raw`\r` ? '\r' : '\\';
  });
}

/** What one side sent, connection by connection. */
export function streamsOf({ pieces }: Transcript, from: Piece['from']): Map<string, Buffer> {
  const streams = new Map<string, Buffer[]>();
  for (const piece of pieces) {
    if (piece.from !== from) continue;
    streams.set(piece.connection, [...(streams.get(piece.connection) ?? []), piece.bytes]);
  }
  return new Map([...streams].map(([connection, chunks]) => [connection, Buffer.concat(chunks)]));
}
