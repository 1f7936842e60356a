/** Media of a store that is away: nothing can be read or put. */
import { Fault } from '../../app/core/errors.ts';
import type { MediaStore } from '../../app/ports/media-store.ts';

export async function away(): Promise<never> {
  throw new Fault('store-unavailable', 'away', { temporary: true });
}

export const awayMedia: MediaStore = {
  get: away,
  getAll: away,
  getRange: away,
  put: away,
  putAll: away,
  putFrom: away,
  delete: away,
};
