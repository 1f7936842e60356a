import type { Content } from './convert.ts';

/** Several documents as one. Adapter: app/transform. */
export interface DocumentJoiner {
  /**
   * One fax as machines take it (`image/tiff`, Group 3, 1728 pixels across) of faxes and documents, in this order, with
   * its `pages`. TIFFs that fax machines would not take are drawn anew.
   * @param documents `image/tiff` and `application/pdf`, at least one
   * @throws Fault as of `Converter`
   */
  join(documents: readonly Content[], signal?: AbortSignal): Promise<Content>;
}

/** What content says of itself; absent = it does not say. */
export interface Measures {
  /** Of sound and video. */
  readonly durationMs?: number;
  /** Of faxes (TIFF) and documents (PDF). */
  readonly pages?: number;
}

/** Looks into content. Adapter: app/transform. */
export interface ContentMeter {
  /**
   * Nothing for types that it does not know.
   * @throws Fault as of `Converter`
   */
  measure(content: Content, signal?: AbortSignal): Promise<Measures>;
}
