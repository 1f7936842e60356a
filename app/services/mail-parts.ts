import type { InboundMail } from '../ports/mail.ts';
import type { DepositPart } from '../ports/spool.ts';

/** What is written comes first; a mail of which nothing is left has an empty text. */
export function partsOf({
  words,
  parts,
}: Pick<InboundMail, 'words' | 'parts'>): [DepositPart, ...DepositPart[]] {
  const text = { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(words) };
  const [first, ...more] = parts;
  return first === undefined || words !== '' ? [text, ...parts] : [first, ...more];
}
