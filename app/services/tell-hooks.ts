/**
 * Tells the operator's hooks what this controller has written down as happened. Each is a notification of its own: once it is in
 * the store it is tried again, by whichever controller, until it is out or a dead letter. Those of one hook go one after the
 * other while all goes well.
 */
import type { EventType, Occurred } from '../core/event/event.ts';
import { seenBy, wholeView } from '../core/event/seen-by.ts';
import { writtenPlace } from '../core/event/place.ts';
import { hookTo } from '../core/notification/hook.ts';
import type { MailboxId, MessageId, NotificationId } from '../core/ids.ts';
import type { EventBatch } from '../ports/events.ts';
import type { Notification } from '../ports/store.ts';
import { leaseMs, send, type TextOutDeps } from './text-out.ts';

/** What is not sent by then, in milliseconds, is left to the workers. */
const ownMs = 30_000;
/** So many wait here for one hook; others are left to the workers. */
const mostInRow = 500;
/** Notices of events are no mailbox's own. */
export const noMailbox = '-' as MailboxId;

export interface Hook {
  readonly name: string;
  /** Absent: all. */
  readonly events?: readonly EventType[] | undefined;
}

export interface HookDeps extends TextOutDeps {
  readonly hooks: readonly Hook[];
}

export interface HookTeller {
  tell(batch: EventBatch): void;
  /** Settles when none is under way. */
  idle(): Promise<void>;
}

export function createHookTeller(deps: HookDeps): HookTeller {
  const rows = deps.hooks.map((hook) => ({ hook, row: createRow(deps, hook.name) }));
  return {
    tell(batch) {
      for (const { hook, row } of rows) {
        const kept = batch.events.flatMap((event, i) => {
          const notification = written(deps, hook, event, { batch: batch.number, index: i + 1 });
          return notification === undefined ? [] : [notification];
        });
        if (kept.length > 0) row.add(kept);
      }
    },
    async idle() {
      await Promise.all(rows.map(({ row }) => row.idle()));
    },
  };
}

function written(
  { clock, random }: HookDeps,
  hook: Hook,
  { at, ...event }: Occurred,
  place: { readonly batch: number; readonly index: number },
): Notification | undefined {
  const told = seenBy(wholeView, event);
  if (told === undefined || (hook.events !== undefined && !hook.events.includes(told.type))) return undefined;
  const { type, ...data } = told;
  const now = clock.now();
  const where = writtenPlace(place);
  return {
    id: random.uuid() as NotificationId,
    message: `event:${where}` as MessageId,
    mailbox: noMailbox,
    gateway: 'webhook',
    kind: 'event',
    to: hookTo(hook.name),
    body: JSON.stringify({ type, timestamp: at, place: where, data }),
    status: 'pending',
    tries: 0,
    due: new Date(now.getTime() + ownMs),
    created: now,
  };
}

/** One hook's, in order. */
function createRow(deps: HookDeps, name: string) {
  const { store, clock, log } = deps;
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  let failedAt = -Infinity;

  const bring = async (all: readonly Notification[]): Promise<void> => {
    // All are kept before the first goes out.
    const kept = await Promise.all(
      all.map(async (one) => (await store.notifications.ensure(one)).created && one),
    );
    for (const one of kept) {
      const late = one !== false && clock.now() > one.due;
      if (one === false || late || clock.now().getTime() - failedAt < ownMs) continue;
      const taken = await store.notifications.take(one.id, one.due, leaseMs);
      if (taken === undefined) continue;
      const { status } = await send(deps, taken.notification, one.body ?? '', undefined);
      if (status !== 'sent') failedAt = clock.now().getTime();
    }
  };
  return {
    add(all: readonly Notification[]) {
      const apart = waiting >= mostInRow;
      const work = async (): Promise<void> => {
        try {
          // Too many wait here: these are kept, and others bring them.
          if (apart)
            await Promise.all(all.map((one) => store.notifications.ensure({ ...one, due: one.created })));
          else await bring(all);
        } catch (error) {
          log.warn('events for a hook wait, or are lost', { hook: name, error });
        } finally {
          if (!apart) waiting -= all.length;
        }
      };
      if (apart) void work();
      else {
        waiting += all.length;
        last = last.then(work);
      }
    },
    idle: () => last,
  };
}
