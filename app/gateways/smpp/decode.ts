/**
 * Reads the body of a deliver_sm or data_sm. Not by the library: that reads data_coding 0 in one alphabet for all SMSCs, and strings in
 * optional parameters beyond their end.
 */
import smpp from 'smpp';
import type { Alphabet } from './encode.ts';

export interface Delivered {
  readonly source: Address;
  readonly destination: Address;
  /** esm_class says that it is a delivery receipt. */
  readonly receipt: boolean;
  /** priority_flag is 2 or 3: urgent by ANSI-136 and IS-95, higher than GSM has (SMPP 3.4, section 5.2.14). */
  readonly urgent: boolean;
  /** Absent for binary content. */
  readonly text?: string;
  /** The part that it is of a longer text. */
  readonly part?: { readonly reference: number; readonly total: number; readonly number: number };
  /** It says that it is a part that cannot be, as the third of two. */
  readonly wrongPart?: string;
  /** Content as it came, to know a repeat by. */
  readonly bytes: Buffer;
  readonly receiptedId?: string;
  readonly messageState?: number;
}

export interface Address {
  readonly ton: number;
  readonly digits: string;
}

const tags = {
  receiptedId: 0x001e,
  sarReference: 0x020c,
  sarTotal: 0x020e,
  sarNumber: 0x020f,
  payload: 0x0424,
  messageState: 0x0427,
} as const;

/**
 * Reads what an SMSC brings.
 * @param kind data_sm (SMPP 3.4, section 4.7) has its content in message_payload alone
 * @throws Error for a body that ends too early, is no such PDU, or whose user data header is longer than itself
 */
export function decodeDelivered(
  body: Buffer,
  alphabet: Alphabet,
  kind: 'deliver_sm' | 'data_sm' = 'deliver_sm',
): Delivered {
  const reader = new Reader(body);
  reader.cstring();
  const source = reader.address();
  const destination = reader.address();
  const esmClass = reader.byte();
  const { dataCoding, short, priority } = kind === 'data_sm' ? dataFields(reader) : deliverFields(reader);
  const options = reader.options();
  const payload = options.get(tags.payload);
  const bytes = short.length === 0 && payload !== undefined ? payload : short;
  const { content, forPort, ...header } = (esmClass & 0x40) === 0 ? bare(bytes) : unwrap(bytes);
  const whole = header.part ?? sarPart(options);
  const text = forPort ? undefined : decodeText(content, dataCoding, alphabet);
  const receiptedId = options.get(tags.receiptedId)?.toString('latin1').replace(/\0.*$/s, '');
  const messageState = options.get(tags.messageState)?.[0];
  return {
    source,
    destination,
    receipt: (esmClass & 0x3c) === 0x04,
    urgent: priority >= 2,
    bytes,
    ...(text === undefined ? {} : { text }),
    ...(typeof whole === 'object' ? { part: whole } : {}),
    ...(typeof whole === 'string' ? { wrongPart: whole } : {}),
    ...(receiptedId ? { receiptedId } : {}),
    ...(messageState === undefined ? {} : { messageState }),
  };
}

interface Fields {
  readonly priority: number;
  readonly dataCoding: number;
  readonly short: Buffer;
}

function deliverFields(reader: Reader): Fields {
  reader.skip(1);
  const priority = reader.byte();
  reader.cstring();
  reader.cstring();
  reader.skip(2);
  const dataCoding = reader.byte();
  reader.skip(1);
  return { priority, dataCoding, short: reader.bytes(reader.byte()) };
}

function dataFields(reader: Reader): Fields {
  reader.skip(1);
  return { priority: 0, dataCoding: reader.byte(), short: Buffer.alloc(0) };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError('the PDU ends too early');
    this.#at += 1;
    return value;
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the PDU ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  skip(length: number): void {
    this.bytes(length);
  }

  cstring(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('a string has no end');
    const text = this.#bytes.toString('latin1', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  address(): Address {
    const ton = this.byte();
    this.skip(1);
    return { ton, digits: this.cstring() };
  }

  /** Optional parameters; what is broken at the end is left out. */
  options(): ReadonlyMap<number, Buffer> {
    const found = new Map<number, Buffer>();
    while (this.#at + 4 <= this.#bytes.length) {
      const tag = this.#bytes.readUInt16BE(this.#at);
      const length = this.#bytes.readUInt16BE(this.#at + 2);
      if (this.#at + 4 + length > this.#bytes.length) break;
      found.set(tag, this.#bytes.subarray(this.#at + 4, this.#at + 4 + length));
      this.#at += 4 + length;
    }
    return found;
  }
}

/** The part that content says it is, or what it says that cannot be. */
type Says = Delivered['part'] | string;

interface Unwrapped {
  readonly content: Buffer;
  readonly part?: Says;
  /** It is meant for a program on a phone (3GPP TS 23.040, 9.2.3.24.3 and .4), not for a person. */
  readonly forPort: boolean;
}

function bare(content: Buffer): Unwrapped {
  return { content, forPort: false };
}

/** Content without its user data header (3GPP TS 23.040, 9.2.3.24). @throws RangeError if the header ends behind it */
function unwrap(bytes: Buffer): Unwrapped {
  if (bytes.length === 0) return bare(bytes);
  const length = bytes.readUInt8(0);
  if (length + 1 > bytes.length) throw new RangeError('the user data header ends too late');
  let part: Says;
  let forPort = false;
  for (let at = 1; at + 1 <= length;) {
    const [kind = 0, size = 0] = bytes.subarray(at, at + 2);
    const value = bytes.subarray(at + 2, Math.min(at + 2 + size, length + 1));
    if (kind === 0x00 && value.length === 3) part = asPart(value[0], value[1], value[2]);
    if (kind === 0x08 && value.length === 4) part = asPart(value.readUInt16BE(0), value[2], value[3]);
    forPort ||= kind === 0x04 || kind === 0x05;
    at += 2 + size;
  }
  return { content: bytes.subarray(length + 1), forPort, ...(part === undefined ? {} : { part }) };
}

function sarPart(options: ReadonlyMap<number, Buffer>): Says {
  const reference = options.get(tags.sarReference);
  if (reference?.length !== 2) return undefined;
  return asPart(reference.readUInt16BE(0), options.get(tags.sarTotal)?.[0], options.get(tags.sarNumber)?.[0]);
}

/** The only one of one is whole. */
function asPart(reference = 0, total = 0, number = 0): Says {
  if (total === 1 && number === 1) return undefined;
  return total > 1 && number >= 1 && number <= total
    ? { reference, total, number }
    : `part ${number} of ${total}`;
}

function decodeText(bytes: Buffer, dataCoding: number, alphabet: Alphabet): string | undefined {
  switch (kindOf(dataCoding)) {
    case 'default':
      return alphabet === 'gsm' ? smpp.encodings.ASCII.decode(bytes) : bytes.toString('latin1');
    case 'ascii':
      return bytes.toString('ascii');
    case 'latin1':
      return bytes.toString('latin1');
    case 'cyrillic':
      return new TextDecoder('iso-8859-5').decode(bytes);
    case 'hebrew':
      return new TextDecoder('iso-8859-8').decode(bytes);
    case 'ucs2':
      return Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString('utf16le');
    case 'binary':
      return undefined;
  }
}

/** SMPP 3.4, section 5.2.19, and the message classes of 3GPP TS 23.038, section 4. */
function kindOf(dataCoding: number) {
  if (dataCoding >= 0xf0) return (dataCoding & 0x04) === 0 ? 'default' : 'binary';
  if (dataCoding >= 0x10) {
    const alphabets = ['default', 'binary', 'ucs2', 'binary'] as const;
    return alphabets[(dataCoding >> 2) & 3] ?? 'binary';
  }
  const kinds = { 0: 'default', 1: 'ascii', 3: 'latin1', 6: 'cyrillic', 7: 'hebrew', 8: 'ucs2' } as const;
  return kinds[dataCoding as keyof typeof kinds] ?? 'binary';
}
