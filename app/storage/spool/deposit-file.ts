/** One spooled deposit as a file: a line of JSON, then the bytes of its parts. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { E164, MessageId } from '../../core/ids.ts';
import { omissions } from '../../core/message/message.ts';
import { messageKinds } from '../../core/profile/class-of-service.ts';
import type { SpooledDeposit } from '../../ports/spool.ts';

const newline = 0x0a;

const date = z.iso.datetime().transform((text) => new Date(text));

const header = z.strictObject({
  version: z.literal(1),
  draft: z.strictObject({
    kind: z.enum(messageKinds),
    origin: z.strictObject({ network: z.enum(['sip', 'sms', 'email', 'fax', 'web']), id: z.string() }),
    from: z.strictObject({
      number: z.string().exactOptional(),
      address: z.string().exactOptional(),
      name: z.string().exactOptional(),
      private: z.boolean(),
    }),
    to: z.string().transform((number) => number as E164),
    dialled: z.string().exactOptional(),
    received: date,
    urgent: z.boolean(),
    confidential: z.boolean(),
    cut: z.boolean(),
    related: z
      .string()
      .transform((id) => id as MessageId)
      .exactOptional(),
    subject: z.string().exactOptional(),
    fax: z
      .strictObject({
        station: z.string().exactOptional(),
        rate: z.int().min(0),
        mode: z.enum(['t38', 'audio']),
      })
      .exactOptional(),
    omitted: z
      .array(
        z.strictObject({
          why: z.enum(omissions),
          name: z.string().exactOptional(),
          contentType: z.string().exactOptional(),
        }),
      )
      .exactOptional(),
  }),
  contentType: z.string(),
  durationMs: z.number().exactOptional(),
  pages: z.number().exactOptional(),
  name: z.string().exactOptional(),
  classOfService: z.string(),
  /** Of the first part. */
  bytes: z.int().min(0),
  more: z
    .array(
      z.strictObject({
        contentType: z.string(),
        durationMs: z.number().exactOptional(),
        pages: z.number().exactOptional(),
        name: z.string().exactOptional(),
        bytes: z.int().min(0),
      }),
    )
    .exactOptional(),
  quiet: z.boolean().exactOptional(),
  uncounted: z.boolean().exactOptional(),
  others: z
    .array(
      z.strictObject({
        to: z.string().transform((number) => number as E164),
        id: z.string(),
        classOfService: z.string(),
      }),
    )
    .exactOptional(),
  /** Of all bytes. */
  sha256: z.string(),
});

/** Name of the file: the same for the same deposit. */
export function fileName(deposit: Pick<SpooledDeposit, 'draft'>): string {
  const { network, id } = deposit.draft.origin;
  return `${createHash('sha256').update(`${network}:${id}`).digest('hex')}.deposit`;
}

export function encodeDeposit(deposit: SpooledDeposit): Uint8Array[] {
  const { bytes, more, ...rest } = deposit;
  const contents = [bytes, ...(more ?? []).map((part) => part.bytes)];
  const head = {
    version: 1,
    ...rest,
    bytes: bytes.length,
    ...(more === undefined ? {} : { more: more.map((part) => ({ ...part, bytes: part.bytes.length })) }),
    sha256: sha256(contents),
  };
  return [Buffer.from(`${JSON.stringify(head)}\n`), ...contents];
}

/** @throws Error if it is not a whole deposit. */
export function decodeDeposit(content: Buffer): SpooledDeposit {
  const end = content.indexOf(newline);
  if (end < 0) throw new Error('the header is cut');
  const {
    bytes: length,
    more,
    sha256: sum,
    version: _,
    ...rest
  } = header.parse(JSON.parse(content.toString('utf8', 0, end)));
  const all = new Uint8Array(content.subarray(end + 1));
  const whole = (more ?? []).reduce((total, part) => total + part.bytes, length);
  if (all.length !== whole) throw new Error(`${all.length} bytes instead of ${whole}`);
  if (sha256([all]) !== sum) throw new Error('the bytes are not those that were written');
  let at = length;
  const parts = more?.map((part) => ({ ...part, bytes: all.subarray(at, (at += part.bytes)) }));
  return {
    ...rest,
    bytes: all.subarray(0, length),
    ...(parts === undefined ? {} : { more: parts }),
  };
}

function sha256(contents: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const bytes of contents) hash.update(bytes);
  return hash.digest('hex');
}
