/**
 * Searches where words are sealed. In one mailbox a word is found by what stands for it under the mailbox's key, and by itself in
 * messages that were never sealed. A beginning stands for nothing: messages that pass the rest are opened and looked at. Over all
 * mailboxes only numbers can be found, since each mailbox has other words.
 */
import type { Message } from '../core/message/message.ts';
import { messageTokens } from '../core/search/message-tokens.ts';
import type { SearchTerm } from '../core/search/search-terms.ts';
import { Fault } from '../core/errors.ts';
import type { MessageSearch, SearchPlace } from '../ports/message-search.ts';
import type { MessageStore } from '../ports/store.ts';
import { blindToken } from './field.ts';
import type { OpenKey } from './keyring.ts';
import { isNumberToken } from './message.ts';
import type { Sealer } from './sealer.ts';

/** Messages that are opened at once, and at most for one answer: more than any mailbox holds. */
const openedAtOnce = 100;
const mostOpened = 20_000;

/** @throws Fault `invalid` for words over all mailboxes */
export async function searchSealed(
  messages: Pick<MessageStore, 'search'>,
  sealer: Sealer,
  search: MessageSearch,
): Promise<Message[]> {
  const { keyring } = sealer;
  if (keyring === undefined) return sealer.openAll(await messages.search(search));
  const { mailbox, terms } = search;
  if (mailbox === undefined) {
    if (terms.some((term) => term.anyOf.some((token) => !isNumberToken(token)))) throw onlyInOne();
    return sealer.openAll(await messages.search(search));
  }
  const key = await keyring.ofMailbox(mailbox);
  if (key === undefined) return sealer.openAll(await messages.search(search));
  const whole = terms.filter(({ beginning }) => !beginning).map((term) => withBlind(key, term));
  const begun = terms.filter(({ beginning }) => beginning);
  const asked = { ...search, terms: whole };
  if (begun.length === 0) return sealer.openAll(await messages.search(asked));
  return lookThrough(messages, sealer, asked, begun);
}

function withBlind(key: OpenKey, term: SearchTerm): SearchTerm {
  const blind = term.anyOf.filter((token) => !isNumberToken(token)).map((token) => blindToken(key, token));
  return { ...term, anyOf: [...term.anyOf, ...blind] };
}

async function lookThrough(
  messages: Pick<MessageStore, 'search'>,
  sealer: Sealer,
  search: MessageSearch,
  begun: readonly SearchTerm[],
): Promise<Message[]> {
  const found: Message[] = [];
  let after: SearchPlace | undefined = search.after;
  for (let opened = 0; opened < mostOpened; opened += openedAtOnce) {
    const asked = { ...search, limit: openedAtOnce, ...(after === undefined ? {} : { after }) };
    const some = await sealer.openAll(await messages.search(asked));
    found.push(...some.filter((message) => begun.every((term) => begins(message, term))));
    const last = some.at(-1);
    if (found.length >= search.limit || last === undefined || some.length < openedAtOnce) break;
    after = { received: last.envelope.received, id: last.id };
  }
  return found.slice(0, search.limit);
}

function begins(message: Message, { anyOf }: SearchTerm): boolean {
  const tokens = messageTokens(message);
  return anyOf.some((beginning) => tokens.some((token) => token.startsWith(beginning)));
}

function onlyInOne(): Fault {
  const text =
    'Messages are encrypted: over all mailboxes they are found by number alone, by words in one mailbox.';
  return new Fault('invalid', text, { temporary: false, publicText: text });
}
