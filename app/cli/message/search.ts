import type { Message } from '../../core/message/message.ts';
import type { MessageKind } from '../../core/profile/class-of-service.ts';
import { createSearch, mostFound, type SearchRequest, type SearchResult } from '../../services/search.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { firstOf } from '../office/pages.ts';
import { tabulate } from './list.ts';

interface SearchChoice {
  readonly number?: string;
  readonly from?: string;
  readonly state?: readonly Message['state'][];
  readonly kind?: readonly MessageKind[];
  readonly since?: Date;
  readonly before?: Date;
  readonly urgent?: boolean;
  readonly limit: number;
}

export async function searchMessages(
  { office, out }: OfficeRun,
  choice: SearchChoice,
  ...words: string[]
): Promise<void> {
  const { number, from, state, kind, since, before, urgent, limit } = choice;
  const mailbox = number === undefined ? undefined : await office.mailbox(number);
  if (words.length === 0 && from === undefined)
    throw new Failure('usage', 'search: which words, or --from whom?');
  const request: SearchRequest = {
    limit: Math.min(limit, mostFound),
    ...(words.length === 0 ? {} : { words: words.join(' ') }),
    ...(from === undefined ? {} : { from }),
    ...(state === undefined ? {} : { states: state }),
    ...(kind === undefined ? {} : { kinds: kind }),
    ...(urgent === undefined ? {} : { urgent }),
    ...(since === undefined ? {} : { since }),
    ...(before === undefined ? {} : { until: before }),
  };
  const search = createSearch({ store: office.store, plan: office.plan });
  const ask = (cursor: string | undefined): Promise<SearchResult> => {
    const page = { ...request, ...(cursor === undefined ? {} : { cursor }) };
    return mailbox === undefined ? search.everywhere(page) : search.inMailbox(mailbox.id, page);
  };
  await tabulate(out, office, mailbox, firstOf(pages(ask), limit));
}

async function* pages(ask: (cursor: string | undefined) => Promise<SearchResult>): AsyncGenerator<Message> {
  let cursor: string | undefined;
  do {
    const result = await ask(cursor);
    if (result.kind === 'refused') throw new Failure('usage', `search: ${refusals[result.why]}`);
    yield* result.messages;
    cursor = result.next;
  } while (cursor !== undefined);
}

const refusals: Readonly<Record<Extract<SearchResult, { kind: 'refused' }>['why'], string>> = {
  'no-words': 'there is no word in it that could be searched for',
  'too-long': 'these are too many words, or too long ones',
  'bad-cursor': 'it went wrong; try again',
  'bad-time': 'a time cannot be understood',
  'bad-limit': `--limit: at most ${mostFound} at once`,
};
