import type { Notice } from './texts.ts';
import { oneSms } from './texts.ts';
import { withLink } from './with-link.ts';
import type { FaxReason, Wording } from './wording.ts';

/**
 * The text about a fax, in one SMS: from whom, how many pages, `access,,reference#` to tap. Where it would be longer, the
 * sender's name is shortened, then left out; the reference is always whole.
 */
export function faxNoticeText(
  notice: Omit<Notice, 'durationMs' | 'urgent'> & { readonly pages: number },
): string {
  const { words, access, reference, from, pages, link } = notice;
  const open = `${access},,${reference}#`;
  return withLink(link, (tail) =>
    oneSms(from, words, {
      wide: (caller) => words.text('fax-notice', { caller, n: pages, open }) + tail,
      narrow: (caller) => words.text('short-fax-notice', { caller, open }),
    }),
  );
}

/** What became of a fax that somebody sent. */
export type FaxEnd =
  | { readonly kind: 'sent'; readonly pages: number }
  /** `pages`: so many were delivered before. */
  | { readonly kind: 'failed'; readonly pages: number; readonly why: FaxReason };

/** Tells the sender. */
export function faxEndText(words: Wording, to: string, end: FaxEnd): string {
  if (end.kind === 'sent') return words.text('fax-sent', { to, n: end.pages });
  const why = words.text(`fax-why-${end.why}`);
  return end.pages > 0
    ? words.text('fax-partly', { to, why, n: end.pages })
    : words.text('fax-failed', { to, why });
}
