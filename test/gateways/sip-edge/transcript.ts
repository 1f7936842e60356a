/**
 * Recordings of the admin port of a real drachtio-server 0.9.10 with drachtio-srf, through a proxy: `[ms] CONNECTION DIRECTION`,
 * then what was said with its line ends as escapes; lines with `--` tell what happened meanwhile.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Entry =
  | {
      readonly kind: 'said';
      readonly from: 'application' | 'server';
      readonly connection: string;
      readonly bytes: Buffer;
    }
  | { readonly kind: 'event'; readonly text: string };

/** @param until a heading that it is read up to */
export function readTranscript(name: string, until = '\n## SIP on the wire'): Entry[] {
  const file = new URL(`transcripts/${name}.txt.gz`, import.meta.url);
  const [text = ''] = gunzipSync(readFileSync(file)).toString('utf8').split(until);
  const entries: Entry[] = [];
  let lines: string[] | undefined;
  for (const line of text.split('\n')) {
    const head = /^\[ *\d+ ms\] (?:-- (.*)|(\w+) (app->server|server->app).*\(\d+ bytes\))$/.exec(line);
    if (head?.[1] !== undefined) entries.push({ kind: 'event', text: head[1] });
    if (head?.[2] !== undefined) {
      const own: string[] = [];
      lines = own;
      const from = head[3] === 'app->server' ? 'application' : 'server';
      entries.push({
        kind: 'said',
        from,
        connection: head[2],
        get bytes() {
          return Buffer.from(
            own
              .map((one) =>
                one
                  .slice(4)
                  .replace(/\\r\\n$/, '\r\n')
                  .replace(/\\n$/, '\n'),
              )
              .join(''),
          );
        },
      });
    } else if (line.startsWith('    ') && lines !== undefined) lines.push(line);
    else lines = undefined;
  }
  return entries;
}

/** Cuts `LEN#PAYLOAD` frames out of a stream; the rest stays. */
export function framesOf(stream: Buffer): { readonly frames: string[]; readonly rest: Buffer } {
  const frames: string[] = [];
  let rest = stream;
  for (;;) {
    const mark = rest.indexOf('#');
    const end = mark + 1 + Number(rest.toString('latin1', 0, Math.max(0, mark)));
    if (mark <= 0 || !(rest.length >= end)) return { frames, rest };
    frames.push(rest.toString('utf8', mark + 1, end));
    rest = rest.subarray(end);
  }
}
