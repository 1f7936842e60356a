import type { Content } from '../../ports/convert.ts';
import type { Sound } from './wav.ts';

/**
 * Brings a wave file of any kind to one channel of 16-bit samples at a rate; what is longer than its owner allows is cut.
 * @throws Fault `invalid` for what is no wave file
 */
export type Decode = (content: Content, rate: number, signal?: AbortSignal) => Promise<Sound>;
