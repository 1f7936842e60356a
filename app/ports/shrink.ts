/** Content in less space. Adapter: app/transform. */
import type { Content } from './convert.ts';

export interface Shrinker {
  /**
   * Sound as Opus at a telephone bit rate in Ogg (RFC 7845), pages and pictures as they are but packed better. Done at low
   * priority: nobody waits for it.
   * @returns `undefined` for what is packed already, or has no better packing here
   * @throws Fault as of `Converter.convert`
   */
  shrink(content: Content, signal?: AbortSignal): Promise<Content | undefined>;
}
