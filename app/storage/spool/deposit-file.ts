/** One spooled deposit as a file: a line of JSON, then the bytes. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SpooledDeposit } from '../../ports/spool.ts';

const newline = 0x0a;

const date = z.iso.datetime().transform((text) => new Date(text));

const header = z.strictObject({
  version: z.literal(1),
  draft: z.strictObject({
    kind: z.enum(['voice', 'fax', 'text', 'email', 'image', 'video']),
    origin: z.strictObject({ network: z.enum(['sip', 'sms', 'email', 'fax', 'web']), id: z.string() }),
    from: z.strictObject({
      number: z.string().exactOptional(),
      name: z.string().exactOptional(),
      private: z.boolean(),
    }),
    to: z.string(),
    dialled: z.string().exactOptional(),
    received: date,
    urgent: z.boolean(),
    confidential: z.boolean(),
    cut: z.boolean(),
    related: z.string().exactOptional(),
  }),
  contentType: z.string(),
  durationMs: z.number(),
  classOfService: z.string(),
  bytes: z.int().min(0),
  sha256: z.string(),
});

/** Name of the file: the same for the same deposit. */
export function fileName(deposit: Pick<SpooledDeposit, 'draft'>): string {
  const { network, id } = deposit.draft.origin;
  return `${createHash('sha256').update(`${network}:${id}`).digest('hex')}.deposit`;
}

export function encodeDeposit(deposit: SpooledDeposit): Uint8Array[] {
  const { bytes, ...rest } = deposit;
  const head = { version: 1, ...rest, bytes: bytes.length, sha256: sha256(bytes) };
  return [Buffer.from(`${JSON.stringify(head)}\n`), bytes];
}

/** @throws Error if it is not a whole deposit. */
export function decodeDeposit(content: Buffer): SpooledDeposit {
  const end = content.indexOf(newline);
  if (end < 0) throw new Error('the header is cut');
  const {
    bytes: length,
    sha256: sum,
    version: _,
    ...rest
  } = header.parse(JSON.parse(content.toString('utf8', 0, end)));
  const bytes = new Uint8Array(content.subarray(end + 1));
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes instead of ${length}`);
  if (sha256(bytes) !== sum) throw new Error('the bytes are not those that were written');
  // Numbers and ids were checked before they were written; the brands are only known to the compiler.
  return { ...rest, draft: rest.draft as SpooledDeposit['draft'], bytes };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
