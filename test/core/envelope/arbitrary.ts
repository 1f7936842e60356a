/** Any envelope, for property tests. */
import * as fc from 'fast-check';
import type { E164, MediaId, MessageId } from '../../../app/core/ids.ts';
import { omissions, type Envelope, type Part } from '../../../app/core/message/message.ts';

/** Text that XML can hold and that is one line. */
export const fine = fc
  .string({ unit: 'binary', maxLength: 40 })
  .filter((text) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text));
/** Any UTF-16, also half characters, controls and markup. */
export const wild = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 30,
  }),
  fc.constantFrom(
    ']]>',
    '<!--',
    '&lt;',
    '&#0;',
    '"\'><x/>',
    '\r\n\t ',
    '\u0000\u0001\u001f\u007f\u0085\u2028',
    '\ud800',
    '\udc00x',
  ),
  fc.constantFrom('__proto__', 'constructor', '%s', '${a}', '�', '😀', 'ﷺ'.repeat(100), 'x'.repeat(4096)),
);

export const count = fc.oneof(fc.nat(), fc.maxSafeNat());
export const date = fc.date({
  min: new Date('0001-01-01'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
export const hash = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'.split('')),
  minLength: 64,
  maxLength: 64,
});
const types = [
  'audio/PCMU',
  'audio/PCMA',
  'image/tiff',
  'text/plain; charset=utf-8',
  'audio/G722;rate="8000"',
  'application/vnd.a+b',
];

/** Any envelope whose texts are these. */
export function envelopes(text: fc.Arbitrary<string>): fc.Arbitrary<Envelope> {
  const id = text.filter((value) => value !== '');
  const optional = { requiredKeys: ['media', 'contentType', 'bytes', 'sha256'] as const };
  const part = fc.record(
    {
      media: id as fc.Arbitrary<MediaId>,
      contentType: fc.constantFrom(...types),
      bytes: count,
      durationMs: count,
      pages: count,
      name: text,
      sha256: hash,
    },
    { ...optional, noNullPrototype: true } as never,
  ) as fc.Arbitrary<Part>;
  return fc.record(
    {
      id: id as fc.Arbitrary<MessageId>,
      kind: fc.constantFrom('voice', 'fax', 'text', 'email', 'image', 'video'),
      origin: fc.record(
        { network: fc.constantFrom('sip', 'sms', 'email', 'fax', 'web'), id: text },
        { noNullPrototype: true },
      ),
      from: fc.record(
        { number: text, address: text, name: text, private: fc.boolean() },
        { requiredKeys: ['private'], noNullPrototype: true },
      ),
      to: text as fc.Arbitrary<E164>,
      dialled: text,
      received: date,
      urgent: fc.boolean(),
      confidential: fc.boolean(),
      cut: fc.boolean(),
      parts: fc.array(part, { maxLength: 4 }),
      related: id as fc.Arbitrary<MessageId>,
      subject: text,
      fax: fc.record(
        { station: text, rate: count, mode: fc.constantFrom('t38', 'audio') },
        { requiredKeys: ['rate', 'mode'], noNullPrototype: true },
      ),
      omitted: fc.array(
        fc.record(
          { why: fc.constantFrom(...omissions), name: text, contentType: text },
          { requiredKeys: ['why'], noNullPrototype: true },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    },
    {
      requiredKeys: [
        'id',
        'kind',
        'origin',
        'from',
        'to',
        'received',
        'urgent',
        'confidential',
        'cut',
        'parts',
      ],
      noNullPrototype: true,
    },
  );
}
