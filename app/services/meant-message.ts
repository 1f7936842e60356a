/** Which message an answer to a text or mail is about. */
import type { MessageId } from '../core/ids.ts';
import type { ReplyName } from '../core/notification/replies.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Asker, OpenResult, Retrieval } from './retrieve.ts';

/** Looks for what was told, and the wait between them in milliseconds. */
const mostLooks = 4;
const lookMs = 250;

interface MeantDeps {
  readonly store: Pick<Store, 'messages' | 'notifications'>;
  readonly retrieval: Pick<Retrieval, 'open'>;
}

export interface Meant {
  /** Message that is meant without a reference; absent: the one that the asker was last told of. */
  readonly about?: MessageId;
  /** When the answer first came, if that was before. */
  readonly received?: Date | undefined;
}

/**
 * The message named by reference, or the one that is meant, or that the latest notice to this number was about; where the
 * text came before, later notices are not what it answers.
 */
export async function findMeant(
  deps: MeantDeps,
  reference: string | undefined,
  asker: Asker,
  { about, received }: Meant,
): Promise<OpenResult | { readonly kind: 'none' }> {
  if (reference !== undefined) return deps.retrieval.open(reference, asker);
  const notice =
    asker.number === undefined || about !== undefined
      ? undefined
      : await latestTold(deps, asker.number, received);
  const meant = about ?? notice?.about ?? notice?.message;
  const message = meant === undefined ? undefined : await deps.store.messages.get(meant);
  if (message === undefined) return { kind: 'none' };
  return deps.retrieval.open(message.reference, asker);
}

/** An answer may be here before the store knows that what it answers is out. */
async function latestTold(
  { store }: MeantDeps,
  number: string,
  before: Date | undefined,
): Promise<Notification | undefined> {
  for (let looks = 1; ; looks += 1) {
    const found = await store.notifications.latestSent(number, before);
    if (found !== undefined || looks === mostLooks) return found;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** What is answered where it cannot be opened. */
export function problem(kind: Exclude<OpenResult['kind'], 'open'> | 'none'): ReplyName {
  switch (kind) {
    case 'none':
      return 'no-message';
    case 'expired':
      return 'expired';
    case 'deleted':
      return 'already-deleted';
    case 'locked':
      return 'locked';
    case 'suspended':
      return 'suspended';
    case 'wrong':
    case 'not-yours':
      return 'unknown-reference';
  }
}
