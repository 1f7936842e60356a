/** Messages in other forms: sound as words, words as sound, a fax as pictures. What was made is kept with the message. */
import type { Message } from '../core/message/message.ts';
import type { Content, ConvertOptions } from '../ports/convert.ts';

export interface Conversions {
  /**
   * One part of a message in a form, as it came if it has that form already; `undefined` if no way leads there or its
   * bytes are gone. Made once: later it is read from the store.
   * @param form media type without parameters, in lower case
   */
  part(message: Message, index: number, form: string, options: ConvertOptions): Promise<Content | undefined>;
  /** The words of a message (its text, subject and body, or transcript) in a form; `undefined` if it has none. */
  words(message: Message, form: string, options: ConvertOptions): Promise<Content | undefined>;
  /** Content that belongs to no message (yet). */
  content(content: Content, form: string, options: ConvertOptions): Promise<Content | undefined>;
}
