import type { FaxNotes } from './fax.ts';
import type { Link } from './leg.ts';
import { AriDown, AriError } from './wire/errors.ts';

/** A switch that is away is waited for so long, in milliseconds. */
const waitMs = 5000;

/** Global variables of the dialplan, one a fax. */
export function createFaxNotes(link: Pick<Link, 'request' | 'ready'>): FaxNotes {
  const ask = (method: 'GET' | 'POST', tag: string): Promise<unknown> =>
    link.request(method, 'asterisk/variable', { variable: `AB_FAXED_${tag}` });
  const read = async (tag: string): Promise<string | undefined> => {
    try {
      const answer = (await ask('GET', tag)) as { readonly value?: string } | undefined;
      return answer?.value || undefined;
    } catch (error) {
      // 404: there is no such variable.
      if (error instanceof AriError && error.status < 500) return undefined;
      throw error;
    }
  };
  return {
    async read(tag) {
      try {
        return await read(tag);
      } catch (error) {
        if (!(error instanceof AriDown)) throw error;
        await link.ready(AbortSignal.timeout(waitMs));
        return read(tag);
      }
    },
    // Without a value it is removed.
    async forget(tag) {
      await ask('POST', tag).catch(() => undefined);
    },
  };
}
