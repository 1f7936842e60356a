/**
 * Removes media that no message came for: a process ended between the two. Each is looked at once, a day after it was put; its
 * id begins with what its message is known by.
 */
import { mediaOf } from '../core/message/kept.ts';
import { later } from '../core/retention/judge.ts';
import type { FaxJobId, MediaId } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PutMedia } from '../ports/stray-media.ts';
import type { Store } from '../ports/store.ts';

/** Media looked at in one go. */
const atOnce = 200;

export interface StrayDeps {
  readonly store: Pick<Store, 'strays' | 'faxes'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** @throws Fault if the store is away */
export async function removeStrays({ store, clock, log }: StrayDeps, signal: AbortSignal): Promise<number> {
  const end = later(clock.now(), -1);
  let from = (await store.strays.lookedUpTo()) ?? new Date(0);
  let removed = 0;
  while (from < end && !signal.aborted) {
    const { media, upTo } = await store.strays.put(from, end, atOnce);
    removed += await store.strays.remove(await strayOf(store, media));
    if (media.length > 0 || upTo >= end) await store.strays.setLookedUpTo(upTo);
    from = upTo;
  }
  if (removed > 0) log.info('media without a message were removed', { count: removed });
  return removed;
}

async function strayOf(store: StrayDeps['store'], media: readonly PutMedia[]): Promise<PutMedia[]> {
  const candidates = media.filter(({ id }) => isOfMessage(id));
  const keys = new Set(candidates.flatMap(({ id }) => keysOf(id)));
  const owned = new Set((await store.strays.owners([...keys])).flatMap((message) => mediaOf(message)));
  const strays: PutMedia[] = [];
  for (const one of candidates) {
    if (owned.has(one.id)) continue;
    // Pages of a fax that goes out are kept with it.
    const faxed =
      one.id.startsWith('fax:') && (await store.faxes.get(one.id as string as FaxJobId)) !== undefined;
    if (!faxed) strays.push(one);
  }
  return strays;
}

/** Greetings and what mails take along have other names, and other owners. */
function isOfMessage(id: MediaId): boolean {
  return /^(sip|sms|email|fax|web):|^[0-9a-f-]{36}\/words-/.test(id);
}

/** What its message may be known by: all that its id begins with up to a mark. Ids of other networks may have such marks too. */
function keysOf(id: MediaId): string[] {
  return [id, ...[...id.matchAll(/[/#>]/g)].map(({ index }) => id.slice(0, index))];
}
