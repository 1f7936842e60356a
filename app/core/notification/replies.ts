import type { ReplyName, Wording } from './wording.ts';

export type { ReplyName } from './wording.ts';

/** The answer to a subscriber's text, one SMS. `access` is the access number in E.164. */
export function replyText(name: ReplyName, to: { readonly words: Wording; readonly access: string }): string {
  return to.words.text(`reply-${name}`, { access: to.access });
}
