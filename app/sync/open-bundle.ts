/**
 * A bundle in a file: a line that says what it is, a head, replicas as they travel between nodes, and a signature over the SHA-256
 * of all before it, by the key that this node shows to others. Nothing of a file is given out before all of it is found to be
 * what was signed.
 */
import { createHash, createPrivateKey, sign, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Fault } from '../core/errors.ts';
import { mostReplicaBytes } from '../core/replication/read-replica.ts';
import { readBundleHead, writeBundleHead, type BundleHead } from '../core/replication/bundle-head.ts';
import type { Bytes, ByteSource } from '../ports/byte-source.ts';
import type { Replica } from '../ports/replication.ts';
import { readFrames, writeFrame } from './frames.ts';

const magic = Buffer.from('answerback-bundle-1\n');
const mostHeadBytes = 65_536;
const mostSignatureBytes = 1024;
const chunkBytes = 1_048_576;
/** All is in the file. */
const limits = { frames: Infinity, inline: mostReplicaBytes };

/**
 * Whole or not at all, for its owner alone.
 * @param key file with this node's private key (PEM)
 * @returns bytes of the file
 */
export async function writeBundle(
  file: string,
  key: string,
  head: BundleHead,
  replicas: AsyncIterable<Replica>,
): Promise<number> {
  const own = createPrivateKey(await readFile(key));
  const partial = `${file}.${process.pid}.partial`;
  try {
    const handle = await open(partial, 'w', 0o600);
    let length = 0;
    try {
      const hash = createHash('sha256');
      const put = async (bytes: Uint8Array): Promise<void> => {
        hash.update(bytes);
        length += bytes.length;
        await handle.appendFile(bytes);
      };
      const text = Buffer.from(writeBundleHead(head));
      for (const bytes of [magic, lengthOf(text), text]) await put(bytes);
      for await (const replica of replicas)
        for (const bytes of writeFrame(replica, limits))
          for await (const part of partsOf(bytes)) await put(part);
      const signature = sign(algorithmOf(own), hash.digest(), own);
      for (const bytes of [signature, lengthOf(signature)]) await handle.appendFile(bytes);
      length += signature.length + 4;
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
    return length;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

export interface OpenedBundle extends AsyncDisposable {
  readonly head: BundleHead;
  replicas(): AsyncGenerator<Replica>;
}

/**
 * @param certificates files (PEM) of the nodes whose bundles are taken, by name
 * @throws Fault `invalid`, not temporary, for what is no bundle, was cut or changed, or is of none of these nodes
 */
export async function openBundle(
  file: string,
  certificates: ReadonlyMap<string, string>,
): Promise<OpenedBundle> {
  const handle = await open(file, 'r');
  try {
    const { head, from, to, signature } = await read(handle);
    const certificate = certificates.get(head.from);
    if (certificate === undefined) throw wrong('no node has the name of the one that made it');
    const { publicKey } = new X509Certificate(await readFile(certificate));
    const digest = await digestOf(handle, to);
    if (!verify(algorithmOf(publicKey), digest, publicKey, signature))
      throw wrong('it was changed, or another made it than it says');
    return {
      head,
      async *replicas() {
        const source = (place: number, length: number): ByteSource => ({
          length,
          read: (begin, end) => at(handle, from + place + begin, end - begin, to),
        });
        yield* readFrames(Readable.from(pieces(handle, from, to)), never, { ...limits, source });
      },
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The head, where the replicas are, and the signature. */
async function read(handle: FileHandle) {
  const { size } = await handle.stat();
  const begin = await at(handle, 0, magic.length + 4, size);
  if (!begin.subarray(0, magic.length).equals(magic)) throw wrong('it is no bundle');
  const headBytes = begin.readUInt32BE(magic.length);
  if (headBytes > mostHeadBytes) throw wrong('its head is too long');
  const head = readBundleHead((await at(handle, begin.length, headBytes, size)).toString('utf8'));
  const signatureBytes = (await at(handle, size - 4, 4, size)).readUInt32BE();
  if (signatureBytes > mostSignatureBytes) throw wrong('it was cut or changed');
  const from = begin.length + headBytes;
  const to = size - 4 - signatureBytes;
  if (to < from) throw wrong('it was cut');
  return { head, from, to, signature: await at(handle, to, signatureBytes, size) };
}

async function at(handle: FileHandle, from: number, length: number, size: number): Promise<Buffer> {
  if (from < 0 || from + length > size) throw wrong('it was cut');
  const bytes = Buffer.alloc(length);
  let have = 0;
  while (have < length) {
    const { bytesRead } = await handle.read(bytes, have, length - have, from + have);
    if (bytesRead === 0) throw wrong('it was cut');
    have += bytesRead;
  }
  return bytes;
}

async function* pieces(handle: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let place = from; place < to; place += chunkBytes)
    yield await at(handle, place, Math.min(chunkBytes, to - place), to);
}

async function* partsOf(bytes: Bytes): AsyncGenerator<Uint8Array> {
  if (bytes instanceof Uint8Array) yield bytes;
  else
    for (let place = 0; place < bytes.length; place += chunkBytes)
      yield await bytes.read(place, Math.min(place + chunkBytes, bytes.length));
}

async function digestOf(handle: FileHandle, to: number): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const bytes of pieces(handle, 0, to)) hash.update(bytes);
  return hash.digest();
}

/** Ed25519 and Ed448 have their own hash (RFC 8032). */
function algorithmOf({ asymmetricKeyType: type }: KeyObject): string | null {
  return type === 'ed25519' || type === 'ed448' ? null : 'sha256';
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
}

async function never(): Promise<Uint8Array> {
  throw wrong('a piece is not in it');
}

function wrong(why: string): Fault {
  return new Fault('invalid', `Bundle: ${why}`, { temporary: false, publicText: why });
}
