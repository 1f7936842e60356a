/** What was sent to tell of a mailbox's messages, page by page. */
import type { MailboxId, NotificationId } from '../core/ids.ts';
import type { Notification, Store } from '../ports/store.ts';

export interface NotificationPages {
  /**
   * The newest first; `bad-place` for what is no `next` of a page.
   * @throws Fault if the store is away
   */
  page(
    mailbox: MailboxId,
    limit: number,
    place: string | undefined,
  ): Promise<{ readonly items: readonly Notification[]; readonly next?: string } | 'bad-place'>;
}

export function createNotificationPages(store: {
  readonly notifications: Pick<Store['notifications'], 'ofMailbox'>;
}): NotificationPages {
  return {
    async page(mailbox, limit, place) {
      const after = place === undefined ? undefined : placeOf(place);
      if (place !== undefined && after === undefined) return 'bad-place';
      const found = await store.notifications.ofMailbox(mailbox, {
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
      });
      const items = found.slice(0, limit);
      const last = items.at(-1);
      if (found.length <= limit || last === undefined) return { items };
      return { items, next: `${last.created.getTime()}_${last.id}` };
    },
  };
}

function placeOf(place: string): Pick<Notification, 'id' | 'created'> | undefined {
  const [, time, id] = /^(\d{1,15})_([\w-]{1,64})$/.exec(place) ?? [];
  if (time === undefined || id === undefined) return undefined;
  return { id: id as NotificationId, created: new Date(Number(time)) };
}
