import type { MailboxId } from '../../core/ids.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { MailboxStore } from '../../ports/store.ts';

const pageSize = 500;

/** Every mailbox, page by page; those that come or go meanwhile may be in it or not. */
export async function* allMailboxes(mailboxes: Pick<MailboxStore, 'list'>): AsyncGenerator<Mailbox> {
  let after: MailboxId | undefined;
  for (;;) {
    const page = await mailboxes.list(after, pageSize);
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < pageSize) return;
  }
}

export async function* firstOf<T>(
  items: AsyncIterable<T>,
  most: number,
  wanted: (item: T) => boolean = () => true,
): AsyncGenerator<T> {
  let count = 0;
  if (most < 1) return;
  for await (const item of items) {
    if (!wanted(item)) continue;
    yield item;
    count += 1;
    if (count >= most) return;
  }
}
