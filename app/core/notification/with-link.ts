import { smsUnits } from './sms-units.ts';

/**
 * A text with a link at its end, where it is one SMS with it; else the same text without.
 * @param write the text in its full form with this tail, or a shorter form without
 */
export function withLink(link: string | undefined, write: (tail: string) => string): string {
  if (link === undefined) return write('');
  const tail = ` ${link}`;
  const text = write(tail);
  return text.endsWith(tail) && smsUnits(text).fits ? text : write('');
}
