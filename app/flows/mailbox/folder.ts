/** The folders of the main menu: new, saved, deleted, and the messages of one caller. */
import type { Condition } from '../../core/menu/menu.ts';
import { kinds as kindsMenu, type KindAction } from '../../core/menu/menus.ts';
import type { Mailbox, MailboxCounts } from '../../core/mailbox/mailbox.ts';
import type { MessageKind } from '../../core/profile/class-of-service.ts';
import type { Noun } from '../../core/prompt/noun.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { MessageFilter } from '../../ports/store.ts';
import { prompt } from '../flow.ts';
import { choose } from '../menu.ts';
import { playMessages } from './messages.ts';
import { attempt, type Session } from './session.ts';

/** How a folder is left: `first` is said before the main menu. */
export type FolderEnd =
  | { readonly kind: 'up'; readonly first?: readonly PlayItem[] }
  | { readonly kind: 'end' };

interface Folder {
  readonly filter: MessageFilter;
  /** Which counters say how many of a kind there are; the trash has none. */
  readonly counted?: (counts: MailboxCounts) => number;
  readonly noun: Noun;
}

const folders = {
  new: {
    filter: { states: ['new'], order: 'urgent-first' },
    counted: (counts: MailboxCounts) => counts.new,
    noun: 'new-message',
  },
  saved: {
    filter: { states: ['heard', 'saved'], order: 'urgent-first' },
    counted: (counts: MailboxCounts) => counts.old,
    noun: 'saved-message',
  },
  trash: { filter: { states: ['deleted'], order: 'newest' }, noun: 'deleted-message' },
} as const satisfies Record<string, Folder>;

/** Plays the messages of a folder, of one kind where there are several and the subscriber wants that. */
export async function folderDialogue(
  session: Session,
  mailbox: Mailbox,
  name: keyof typeof folders,
): Promise<FolderEnd> {
  const folder: Folder = folders[name];
  const chosen = await chooseKinds(session, mailbox, folder);
  if (chosen === 'end') return { kind: 'end' };
  if (chosen === 'up') return { kind: 'up' };
  const none: PlayItem[] = [prompt('you-have'), { kind: 'count', value: 0, noun: folder.noun }];
  return play(session, mailbox, { ...folder.filter, ...chosen }, none);
}

/** How many digits of a number are taken at most: E.164 has 15. */
const mostDigits = 15;

/** Plays the messages of the caller whose number is typed, or the end of it. */
export async function callerDialogue(session: Session, mailbox: Mailbox): Promise<FolderEnd> {
  const { call, profile, deps } = session;
  const typed = await call.gather({
    language: profile.language,
    items: [prompt('enter-caller')],
    judge: (digits) => (/[*#]$/.test(digits) || digits.length >= mostDigits ? 'complete' : undefined),
    firstDigitMs: 8000,
    nextDigitMs: 4000,
  });
  if (typed.kind === 'gone' || typed.kind === 'aborted') return { kind: 'end' };
  const digits = typed.digits.replace(/#$/, '');
  if (digits === '' || digits.endsWith('*')) return { kind: 'up' };
  const found = await attempt(session, () => deps.inbox.findSender(mailbox.id, digits));
  deps.log.debug('caller looked for', { digits, found });
  if (found === 'failed') return { kind: 'up', first: [prompt('not-now')] };
  const none = [prompt('no-messages-of-caller')];
  if (found.value === undefined) return { kind: 'up', first: none };
  const filter = { states: ['new', 'heard', 'saved'], from: found.value, order: 'newest' } as const;
  return play(session, mailbox, filter, none);
}

async function play(
  session: Session,
  mailbox: Mailbox,
  filter: MessageFilter,
  none: readonly PlayItem[],
): Promise<FolderEnd> {
  const found = await attempt(session, () => session.deps.inbox.next(mailbox.id, filter, undefined));
  if (found === 'failed') return { kind: 'up', first: [prompt('not-now')] };
  if (found.value === undefined) return { kind: 'up', first: none };
  const left = await playMessages(session, { folder: filter, first: found.value });
  return { kind: left };
}

const kindsOf: Readonly<Record<Exclude<KindAction, 'all' | 'up'>, readonly MessageKind[]>> = {
  voice: ['voice'],
  fax: ['fax'],
  text: ['text'],
  email: ['email'],
  picture: ['image', 'video'],
};

/** Asks for the kind where the folder has messages of several. */
async function chooseKinds(
  { call, profile, deps }: Session,
  mailbox: Mailbox,
  { counted }: Folder,
): Promise<Pick<MessageFilter, 'kinds'> | 'up' | 'end'> {
  if (counted === undefined) return {};
  const there = (Object.keys(kindsOf) as (keyof typeof kindsOf)[]).filter((kind) =>
    kindsOf[kind].some((one) => counted(mailbox.byKind[one] ?? none) > 0),
  );
  if (there.length < 2) return {};
  const available = there.map((kind): Condition => `has-${kind}`);
  const chosen = await choose(call, kindsMenu, { language: profile.language, deps, available });
  if (chosen === 'gone' || chosen === 'deaf') return 'end';
  if (chosen === 'up') return 'up';
  return chosen === 'all' ? {} : { kinds: kindsOf[chosen] };
}

const none: MailboxCounts = { new: 0, old: 0, urgent: 0 };
