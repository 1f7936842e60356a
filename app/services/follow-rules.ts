/** Notices that rules of a class have changed, and has all mailboxes of it looked at: their messages follow. */
import type { RetentionRules } from '../core/retention/judge.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Profiles } from './profile.ts';

/** Mailboxes that are read at once. */
const page = 500;
/** Controllers whose configurations differ do not outdo each other more often, in milliseconds. */
const atMostMs = 3_600_000;

export interface FollowDeps {
  readonly store: Pick<Store, 'retention' | 'mailboxes'>;
  readonly profiles: Profiles;
  readonly classNames: () => readonly string[];
  readonly archive?: unknown;
  readonly clock: Clock;
  readonly log: Log;
}

/** One small read where nothing has changed. What a crash leaves is begun anew. @throws Fault if the store is away */
export async function followRules(deps: FollowDeps): Promise<void> {
  const { store, profiles, clock, log } = deps;
  const seen = await store.retention.rulesSeen();
  const now = clock.now();
  const changed = new Map<string, string>();
  for (const name of deps.classNames()) {
    const rules = writtenRules(profiles.classOfService(name), deps.archive !== undefined);
    const before = seen.get(name);
    const recent = before !== undefined && now.getTime() - before.at.getTime() < atMostMs;
    if (before?.rules !== rules && !recent) changed.set(name, rules);
  }
  if (changed.size === 0) return;
  let marked = 0;
  for (let after: Parameters<Store['mailboxes']['list']>[0]; ;) {
    const some = await store.mailboxes.list(after, page);
    const theirs = some.filter((mailbox) => changed.has(profiles.of(mailbox).name));
    await store.retention.mailboxesBy(
      theirs.map(({ id }) => id),
      now,
    );
    marked += theirs.length;
    if (some.length < page) break;
    after = some.at(-1)?.id;
  }
  for (const [name, rules] of changed) await store.retention.setRulesSeen(name, { rules, at: now });
  log.info('rules of classes have changed; their mailboxes are looked at', {
    classes: [...changed.keys()],
    count: marked,
  });
}

export function writtenRules(rules: RetentionRules, archive: boolean): string {
  const { retentionDays, trashDays, compressAfterDays, archiveAfterDays, memoryBytes } = rules;
  return JSON.stringify({
    retentionDays,
    trashDays,
    compressAfterDays,
    ...(archive ? { archiveAfterDays, memoryBytes } : {}),
  });
}
