import { createHash } from 'node:crypto';
import { isTemporary } from '../core/errors.ts';
import type { MailboxId, MediaId } from '../core/ids.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import type { ResealingStore } from '../ports/resealing.ts';
import type { MediaStore, NewMedia } from '../ports/media-store.ts';
import {
  blobHeadBytes,
  isSealed,
  keyOf,
  openBlob,
  openBlobRange,
  plainLength,
  sealBlob,
  sealedBlob,
} from './blob.ts';
import { broken } from './faults.ts';
import type { OpenKey } from './keyring.ts';
import type { Sealer } from './sealer.ts';

export function aboutMedia(id: MediaId): string {
  return `media/${id}`;
}

/** Of one that is looked through, in bytes. */
const readAtOnce = 1_048_576;

type Replace = ResealingStore['replaceMedia'];

/** Media sealed with the keys of their mailboxes; those that never were are answered as they are. */
export class SealedMedia implements MediaStore {
  readonly #media: MediaStore;
  readonly #sealer: Sealer;
  readonly #replace: Replace;

  constructor(media: MediaStore, sealer: Sealer, replace: Replace) {
    this.#media = media;
    this.#replace = replace;
    this.#sealer = sealer;
  }

  /** The digest is that of what was given. */
  async put(id: MediaId, contentType: string, bytes: Uint8Array, owner: MailboxId | Promise<MailboxId>) {
    const { keyring } = this.#sealer;
    if (keyring === undefined) return this.#media.put(id, contentType, bytes, owner);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = await keyring.sealing(await owner);
    const blob = await sealBlob(key, aboutMedia(id), bytes, sha256);
    const { repeated } = await this.#media.put(id, contentType, blob, owner);
    if (repeated) await this.#mend(id, key, blob);
    return { sha256 };
  }

  async putFrom(id: MediaId, contentType: string, source: ByteSource, owner: MailboxId, sha256: string) {
    const { keyring } = this.#sealer;
    if (keyring === undefined) return this.#media.putFrom(id, contentType, source, owner, sha256);
    const blob = sealedBlob(await keyring.sealing(owner), aboutMedia(id), source, sha256);
    const { repeated = false } = await this.#media.putFrom(id, contentType, blob, owner, sha256);
    // As below; what is not whole is of no use to anybody.
    if (repeated && !(await this.#holds(id, source.length, sha256))) {
      await this.#media.delete(id);
      await this.#media.putFrom(id, contentType, blob, owner, sha256);
    }
    return { repeated };
  }

  async #holds(id: MediaId, length: number, sha256: string): Promise<boolean> {
    const hash = createHash('sha256');
    try {
      for (let from = 0; from < length; from += readAtOnce) {
        const part = await this.getRange(id, from, Math.min(from + readAtOnce, length));
        if (part?.total !== length) return false;
        hash.update(part.bytes);
      }
    } catch (error) {
      if (isTemporary(error)) throw error;
      return false;
    }
    return hash.digest('hex') === sha256;
  }

  /** A first try may have been for a mailbox that was removed since: what nobody can open makes room for what somebody can. */
  async #mend(id: MediaId, key: OpenKey, blob: Uint8Array): Promise<void> {
    const there = await this.#media.get(id).catch(() => undefined);
    if (there !== undefined && !isSealed(there.bytes)) return;
    const ours = there !== undefined && keyOf(there.bytes) === key.id;
    if (
      ours &&
      (await openBlob(this.#sealer.keys, aboutMedia(id), there.bytes).then(
        () => true,
        () => false,
      ))
    )
      return;
    await this.#replace(id, blob);
  }

  /** @throws Fault `seal-broken`, `key-lost`, `key-unavailable` */
  async get(id: MediaId) {
    const found = await this.#media.get(id);
    return found && { ...found, bytes: await openBlob(this.#sealer.keys, aboutMedia(id), found.bytes) };
  }

  async getAll(ids: readonly MediaId[]) {
    const opened = Array.from(await this.#media.getAll(ids), async ([id, found]) => {
      const bytes = await openBlob(this.#sealer.keys, aboutMedia(id), found.bytes);
      return [id, { ...found, bytes }] as const;
    });
    return new Map(await Promise.all(opened));
  }

  /** Sealed one by one: each has a head of its own, and what was there may have to be mended. */
  async putAll(media: readonly NewMedia[]): Promise<readonly MediaId[]> {
    if (this.#sealer.keyring === undefined) return this.#media.putAll(media);
    const there: MediaId[] = [];
    for (const { id, contentType, bytes, owner } of media) {
      if ((await this.#media.get(id)) !== undefined) there.push(id);
      else await this.put(id, contentType, bytes, owner);
    }
    return there;
  }

  async getRange(id: MediaId, from: number, to: number) {
    const head = await this.#media.getRange(id, 0, blobHeadBytes);
    if (head === undefined) return undefined;
    if (!isSealed(head.bytes)) return this.#media.getRange(id, from, to);
    const { contentType, total: length } = head;
    const read = async (begin: number, end: number): Promise<Uint8Array> => {
      const piece = await this.#media.getRange(id, begin, end);
      if (piece?.total !== length) throw broken('it became another while it was read');
      return piece.bytes;
    };
    const blob = { head: head.bytes, length, read };
    const bytes = await openBlobRange(this.#sealer.keys, aboutMedia(id), blob, [from, to]);
    return { contentType, bytes, total: plainLength(length) };
  }

  delete(id: MediaId): Promise<void> {
    return this.#media.delete(id);
  }
}
