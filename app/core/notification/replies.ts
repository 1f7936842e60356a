import { fill, wording } from './wording.ts';
import type { ReplyName } from './wording.ts';

export type { ReplyName } from './wording.ts';

/** The answer to a subscriber's text, one SMS. `access` is the access number in E.164. */
export function replyText(
  name: ReplyName,
  to: { readonly language: string; readonly access: string },
): string {
  return fill(wording(to.language).replies[name], { access: to.access });
}
