/** Whether somebody who follows along is still let in: asked without counting as use, so that an open page keeps nobody in. */
import type { Principal } from '../core/access/principal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Standing } from './standing.ts';

export interface StillIn {
  /** @throws Fault if the store is away */
  is(who: Principal): Promise<boolean>;
}

export function createStillIn(deps: {
  readonly store: {
    readonly sessions: Pick<Store['sessions'], 'get'>;
    readonly keys: Pick<Store['keys'], 'get'>;
  };
  readonly standing: Standing;
  readonly clock: Clock;
}): StillIn {
  const { store, standing, clock } = deps;
  const isGood = async ({ credential }: Principal): Promise<boolean> => {
    if (credential === undefined) return true;
    const now = clock.now();
    const [, key] = /^key-(.+)$/.exec(credential) ?? [];
    if (key === undefined) {
      const session = await store.sessions.get(credential);
      return session !== undefined && session.until > now && session.expires > now;
    }
    const found = await store.keys.get(key);
    return found !== undefined && found.revoked === undefined && !(found.expires && found.expires <= now);
  };
  return {
    async is(who) {
      if (!(await isGood(who))) return false;
      return who.kind === 'operator' || (await standing.of(who.mailbox)) === 'served';
    },
  };
}
