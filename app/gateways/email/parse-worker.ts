/** The thread in which mails are taken apart, one after the other. */
import { parentPort } from 'node:worker_threads';
import { parseMail, type Parsed } from './parse-mail.ts';

export interface ParseJob {
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly sender: string;
}

export type ParseAnswer =
  | { readonly kind: 'parsed'; readonly mail: Parsed }
  | { readonly kind: 'refused'; readonly why: string };

parentPort?.on('message', ({ raw, sender }: ParseJob) => {
  void parseMail(raw, sender).then(
    (mail) => {
      const parts = mail.parts.map((part) => ({ ...part, bytes: new Uint8Array(part.bytes) }));
      // Small contents are views of larger buffers: what goes over is their own, and is not copied once more.
      answer(
        { kind: 'parsed', mail: { ...mail, parts } },
        parts.map(({ bytes }) => bytes.buffer),
      );
    },
    (error: unknown) => answer({ kind: 'refused', why: String(error) }),
  );
});

function answer(given: ParseAnswer, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(given, transfer);
}
