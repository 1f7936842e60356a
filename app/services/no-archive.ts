import { Fault } from '../core/errors.ts';
import type { Archive } from '../ports/archive.ts';

/** Stands where none is configured: what was archived in another time waits until there is one again. */
export const noArchive: Archive = {
  name: 'none',
  put: refuse,
  get: refuse,
  delete: refuse,
  ping: refuse,
  async [Symbol.asyncDispose]() {},
};

async function refuse(): Promise<never> {
  throw new Fault('archive-unavailable', 'no archive is configured', { temporary: true });
}
