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
    (mail) => answer({ kind: 'parsed', mail: owned(mail) }),
    (error: unknown) => answer({ kind: 'refused', why: String(error) }),
  );
});

function answer(given: ParseAnswer): void {
  // No window: a thread's port has no origin.
  parentPort?.postMessage(given, []);
}

/** Small contents are views of larger buffers, all of which would be copied. */
function owned(mail: Parsed): Parsed {
  return { ...mail, parts: mail.parts.map((part) => ({ ...part, bytes: Uint8Array.from(part.bytes) })) };
}
