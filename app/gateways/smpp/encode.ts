/** Texts as short messages: alphabets, and parts of those that are longer than one (3GPP TS 23.038, 23.040). */
import smpp from 'smpp';
import { smsParts, smsUnits } from '../../core/notification/sms-units.ts';

/** What data_coding 0, the SMSC's default, stands for. */
export type Alphabet = 'gsm' | 'latin1';

export interface EncodeOptions {
  readonly alphabet: Alphabet;
  /** Long texts in parts that phones put together, or whole in message_payload for the SMSC to cut. */
  readonly long: 'udh' | 'payload';
}

/** Fields of one submit_sm. */
export interface ShortMessage {
  readonly data_coding: number;
  readonly esm_class: number;
  readonly short_message: Buffer;
  readonly message_payload?: Buffer;
}

const ucs2 = 0x08;
const mostParts = 255;

/** @param reference the same number in all parts; another one in the next long text to the same phone */
export function encodeText(text: string, options: EncodeOptions, reference: number): ShortMessage[] {
  const { encoding, fits } = sizeOf(text, options.alphabet);
  const bytesOf = (part: string): Buffer => {
    if (encoding === 'ucs-2') return Buffer.from(part, 'utf16le').swap16();
    return options.alphabet === 'gsm' ? smpp.encodings.ASCII.encode(part) : Buffer.from(part, 'latin1');
  };
  const data_coding = encoding === 'ucs-2' ? ucs2 : 0;
  if (fits) return [{ data_coding, esm_class: 0, short_message: bytesOf(text) }];
  if (options.long === 'payload') {
    const empty = Buffer.alloc(0);
    return [{ data_coding, esm_class: 0, short_message: empty, message_payload: bytesOf(text) }];
  }
  const parts = smsParts(text, encoding).slice(0, mostParts);
  return parts.map((part, i) => ({
    data_coding,
    esm_class: 0x40,
    short_message: Buffer.concat([
      Buffer.from([0x05, 0x00, 0x03, reference & 0xff, parts.length, i + 1]),
      bytesOf(part),
    ]),
  }));
}

/** Latin-1 lacks what GSM-7 has beyond it, such as the euro sign: such texts go as UCS-2. */
function sizeOf(text: string, alphabet: Alphabet): { encoding: 'gsm-7' | 'ucs-2'; fits: boolean } {
  const size = smsUnits(text);
  const lacks = alphabet === 'latin1' && Array.from(text).some((one) => one > '\u00ff');
  return size.encoding === 'gsm-7' && lacks ? { encoding: 'ucs-2', fits: text.length <= 70 } : size;
}

/** Short messages that go over the air of these PDUs; one that is handed over whole the SMSC cuts. */
export function segmentsOf(text: string, messages: readonly ShortMessage[]): number {
  const [first] = messages;
  if (first?.message_payload === undefined) return messages.length;
  return smsParts(text, first.data_coding === ucs2 ? 'ucs-2' : 'gsm-7').length;
}
