/** Bytes: parts of messages, greetings, and what was made of them. */
import type { MailboxId, MediaId } from '../core/ids.ts';
import type { ByteSource } from './byte-source.ts';

export interface NewMedia {
  readonly id: MediaId;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly owner: MailboxId;
}

export interface MediaStore {
  /**
   * Stores bytes under an id chosen by the caller; repeating it is harmless. Answers their SHA-256 in lower-case hexadecimal.
   * @param owner whose key seals them, where they are sealed; a mailbox that is only being found may be a promise
   * @returns `repeated`: bytes under that id, or some of them, were there before, and stay
   */
  put(
    id: MediaId,
    contentType: string,
    bytes: Uint8Array,
    owner: MailboxId | Promise<MailboxId>,
  ): Promise<{ readonly sha256: string; readonly repeated?: boolean }>;
  /**
   * As `put`, of many bytes: they are read and stored part by part.
   * @param sha256 of them, in lower-case hexadecimal
   */
  putFrom(
    id: MediaId,
    contentType: string,
    source: ByteSource,
    owner: MailboxId,
    sha256: string,
  ): Promise<{ readonly repeated?: boolean }>;
  /**
   * Many at once, each as by `put`.
   * @returns ids under which there were bytes before, or may have been: these stay
   */
  putAll(media: readonly NewMedia[]): Promise<readonly MediaId[]>;
  get(id: MediaId): Promise<{ contentType: string; bytes: Uint8Array } | undefined>;
  /** Small ones at once, by id; what is large, or not there, is not in it. */
  getAll(
    ids: readonly MediaId[],
  ): Promise<ReadonlyMap<MediaId, { readonly contentType: string; readonly bytes: Uint8Array }>>;
  /**
   * Some of the bytes, without reading all the others of what is long; fewer where it ends.
   * @param from index of the first byte
   * @param to index after the last
   * @returns `total`: how many there are
   */
  getRange(
    id: MediaId,
    from: number,
    to: number,
  ): Promise<{ contentType: string; bytes: Uint8Array; total: number } | undefined>;
  delete(id: MediaId): Promise<void>;
}
