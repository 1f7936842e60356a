/** A subscriber looks for messages by a text: the newest that are found, in one SMS. */
import { isAddress } from '../core/mail/address.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { foundText, mostShown } from '../core/notification/found-text.ts';
import type { ReplyName } from '../core/notification/replies.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Texts } from '../ports/texts.ts';
import type { Profiles } from './profile.ts';
import type { Search, SearchRequest, SearchResult } from './search.ts';

export interface FindDeps {
  readonly search: Pick<Search, 'inMailbox'>;
  readonly plan: Pick<NumberPlan, 'parse'>;
  readonly profiles: Profiles;
  readonly texts: Pick<Texts, 'wording'>;
  readonly clock: Clock;
}

/**
 * @param sought as written after FIND: words of a message, or the number, e-mail address or name of its sender
 * @throws Fault if the store is away
 */
export async function findByText(
  deps: FindDeps,
  mailbox: Mailbox,
  sought: string,
): Promise<ReplyName | { readonly found: string }> {
  const result = await find(deps, mailbox, sought);
  if (result.kind === 'refused') return result.why === 'no-words' ? 'find-no-words' : 'find-too-long';
  if (result.messages.length === 0) return 'find-none';
  const { language, timeZone } = deps.profiles.of(mailbox);
  const found = foundText({
    words: deps.texts.wording(language),
    messages: result.messages,
    more: result.next !== undefined,
    now: deps.clock.now(),
    timeZone,
  });
  return { found };
}

/** What is a number or an address may also stand in the words of another's message. */
async function find({ search, plan }: FindDeps, mailbox: Mailbox, sought: string): Promise<SearchResult> {
  const ask = (what: SearchRequest) => search.inMailbox(mailbox.id, { ...what, limit: mostShown });
  const isSender = plan.parse(sought) !== undefined || isAddress(sought);
  const bySender = isSender ? await ask({ from: sought }) : undefined;
  const found = bySender?.kind === 'found' && bySender.messages.length > 0;
  return found ? bySender : ask({ words: sought });
}
