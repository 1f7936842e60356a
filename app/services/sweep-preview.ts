/** What automatic management would do now, and nothing is done. */
import type { MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import { judge, retentionFacts } from '../core/retention/judge.ts';
import { chosenOf, type MailboxSweepDeps } from './sweep-mailbox.ts';

export interface SweepPreview {
  readonly purge: number;
  readonly compress: number;
  readonly archive: number;
  /** Would be purged, and are kept by a legal hold. */
  readonly held: number;
}

/**
 * Of one mailbox all its messages are judged; of the store those that have become due, and mailboxes that are to be looked at.
 * @throws Fault if the store is away
 */
export async function preview(deps: MailboxSweepDeps, only: MailboxId | undefined): Promise<SweepPreview> {
  const { store, clock } = deps;
  const { retention } = store;
  const sum = { purge: 0, compress: 0, archive: 0, held: 0 };
  const known = new Map<MailboxId, Mailbox | undefined>();
  const now = clock.now();
  const mailboxOf = async (id: MailboxId): Promise<Mailbox | undefined> => {
    if (!known.has(id)) known.set(id, await store.mailboxes.get(id));
    return known.get(id);
  };
  const add = async (message: Message): Promise<void> => {
    const mailbox = await mailboxOf(message.mailbox);
    if (mailbox === undefined) return;
    const facts = retentionFacts(message);
    const { kind } = judge(facts, mailbox.hold !== undefined, deps.profiles.of(mailbox), now);
    // Of what is compressed already only forms go that were made of it.
    if (kind !== 'wait' && !(kind === 'compress' && message.tier === 'compressed')) sum[kind] += 1;
  };
  if (only !== undefined) {
    const mailbox = await mailboxOf(only);
    if (mailbox === undefined) return sum;
    for await (const message of retention.messagesOf(only)) await add(message);
    sum.archive = (await chosenOf(deps, mailbox)).chosen.length;
    return sum;
  }
  for await (const message of retention.due(now)) await add(message);
  for await (const mailbox of retention.dueMailboxes(now))
    sum.archive += (await chosenOf(deps, mailbox)).chosen.length;
  return sum;
}
