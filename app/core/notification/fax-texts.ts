import type { Notice } from './texts.ts';
import { linkedSms, oneSms } from './texts.ts';
import type { FaxReason, Wording } from './wording.ts';

/**
 * The text about a fax, in one SMS: from whom, how many pages, `access,,reference#` to tap. Where it would be longer, the
 * sender's name is shortened, then left out; the reference is always whole.
 */
export function faxNoticeText(
  notice: Omit<Notice, 'durationMs' | 'urgent'> & { readonly pages: number },
): string {
  const { words, access, reference, from, pages } = notice;
  const open = `${access},,${reference}#`;
  const linked = linkedSms(notice, (caller, link) =>
    words.text('linked-fax-notice', { caller, n: pages, open, link }),
  );
  if (linked !== undefined) return linked;
  return oneSms(from, words, {
    wide: (caller) => words.text('fax-notice', { caller, n: pages, open }),
    narrow: (caller) => words.text('short-fax-notice', { caller, open }),
  });
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
