/** An archive in a bucket of Amazon S3, or of anything else that speaks its protocol. */
import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Fault } from '../../core/errors.ts';
import { archiveKeyForm, type Archive } from '../../ports/archive.ts';
import { s3Fault } from './faults.ts';

export interface S3ArchiveOptions {
  readonly bucket: string;
  readonly region: string;
  /** Begins the names of objects, as `voicemail/`; it may be empty. */
  readonly prefix: string;
  /** Absent: Amazon's own of the region. */
  readonly endpoint?: string | undefined;
  /** The bucket is named in the path and not in the host, as most servers but Amazon's want it. */
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Longest wait for a connection, and for an answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** Tries of one request, the first among them. */
const maxAttempts = 3;
/** The least pace of a transfer: so much longer a large object may take. */
const bytesPerMs = 250;

/** Does not connect yet: the first operation does. */
export function openS3Archive(options: S3ArchiveOptions): Archive {
  const { bucket: Bucket, region, prefix, endpoint, timeoutMs } = options;
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: options.pathStyle,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    maxAttempts,
    requestHandler: { connectionTimeout: timeoutMs },
    // Objects carry a digest of their own, and not every server knows Amazon's newer ones.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const request = async <T>(operation: string, bytes: number, work: (options: Sending) => Promise<T>) => {
    const abortSignal = AbortSignal.timeout(timeoutMs + Math.ceil(bytes / bytesPerMs));
    try {
      return await work({ abortSignal });
    } catch (error) {
      throw s3Fault(operation, error, abortSignal.aborted);
    }
  };
  const put = (Key: string, bytes: Uint8Array): Promise<void> =>
    request('put', bytes.length, async (sending) => {
      const object = { Bucket, Key, Body: bytes, ContentType: 'application/xml' };
      await client.send(new PutObjectCommand(object), sending);
    });
  const remove = (Key: string): Promise<void> =>
    request('delete', 0, async (sending) => {
      await client.send(new DeleteObjectCommand({ Bucket, Key }), sending);
    });
  const get = (Key: string, mostBytes: number): Promise<Uint8Array | undefined> =>
    request('get', mostBytes, async (sending) => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), sending);
        return Body === undefined ? undefined : await read(Body as AsyncIterable<Uint8Array>, mostBytes);
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  return {
    name: `bucket ${Bucket}`,
    put: async (key, bytes) => put(prefix + checked(key), bytes),
    get: async (key, mostBytes) => get(prefix + checked(key), mostBytes),
    delete: async (key) => remove(prefix + checked(key)),
    async ping() {
      const key = `${prefix}ping-${randomUUID()}`;
      await put(key, new TextEncoder().encode('ping'));
      await remove(key);
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

interface Sending {
  readonly abortSignal: AbortSignal;
}

/** Leaving the loop ends the transfer. */
async function read(body: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let left = mostBytes;
  for await (const piece of body) {
    pieces.push(piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0) break;
  }
  return Buffer.concat(pieces);
}

function checked(key: string): string {
  if (!archiveKeyForm.test(key))
    throw new Fault('archive-failed', 'Archive: that is no key', { temporary: false });
  return key;
}
