/** What operators do about subscribers as a whole: find them in pages, tables of them in and out. */
import type { MailboxId } from '../core/ids.ts';
import type { Mailbox, MailboxStatus } from '../core/mailbox/mailbox.ts';
import type { Tables } from '../ports/tables.ts';
import type { Store } from '../ports/store.ts';
import { exportSubscribers } from './directory-export.ts';
import {
  importSubscribers,
  type ImportDeps,
  type ImportSummary,
  type LineProblem,
} from './directory-import.ts';

/** Mailboxes looked through for one page where only some match. */
const lookedAtOnce = 500;
const mostLooked = 5_000;
/** Bad lines that are told of; the others are counted. */
const mostProblems = 200;

export interface SubscriberFilter {
  readonly classOfService?: string | undefined;
  readonly status?: MailboxStatus | undefined;
  /** What the own number begins with. */
  readonly prefix?: string | undefined;
}

export interface SubscriberPage {
  readonly items: readonly Mailbox[];
  /** Where the next page goes on; a page with it may be empty. */
  readonly next?: MailboxId;
}

export interface SubscriberDesk {
  page(filter: SubscriberFilter, after: MailboxId | undefined, limit: number): Promise<SubscriberPage>;
  /** Comma-separated values, a line at a time, the header first. */
  export(): AsyncGenerator<string>;
  import(
    table: Uint8Array,
    options: { readonly dryRun: boolean; readonly signal: AbortSignal },
  ): Promise<ImportSummary & { readonly problems: readonly LineProblem[] }>;
}

export function createSubscriberDesk(
  deps: ImportDeps & {
    readonly store: { readonly mailboxes: Pick<Store['mailboxes'], 'list'> };
    readonly tables: Tables;
  },
): SubscriberDesk {
  const { store, tables } = deps;
  return {
    async page(filter, after, limit) {
      const items: Mailbox[] = [];
      let last = after;
      for (let looked = 0; looked < mostLooked;) {
        const found = await store.mailboxes.list(last, lookedAtOnce);
        for (const [i, mailbox] of found.entries()) {
          last = mailbox.id;
          if (!matches(mailbox, filter)) continue;
          items.push(mailbox);
          const isEnd = found.length < lookedAtOnce && i === found.length - 1;
          if (items.length === limit) return isEnd ? { items } : { items, next: last };
        }
        looked += found.length;
        if (found.length < lookedAtOnce) return { items };
      }
      return { items, ...(last === undefined ? {} : { next: last }) };
    },
    async *export() {
      for await (const cells of exportSubscribers(store.mailboxes)) yield tables.write(cells);
    },
    async import(table, { dryRun, signal }) {
      const problems: LineProblem[] = [];
      const onProblem = (found: LineProblem): void => {
        if (problems.length < mostProblems) problems.push(found);
      };
      const rows = tables.read(piecesOf(table));
      return { ...(await importSubscribers(rows, deps, { dryRun, signal, onProblem })), problems };
    },
  };
}

function matches(mailbox: Mailbox, { classOfService, status, prefix }: SubscriberFilter): boolean {
  return (
    (classOfService === undefined || mailbox.classOfService === classOfService) &&
    (status === undefined || mailbox.status === status) &&
    (prefix === undefined || mailbox.number.startsWith(prefix))
  );
}

/** So that others have their turn between them. */
const pieceBytes = 65_536;

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}
