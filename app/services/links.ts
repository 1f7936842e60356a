/** Links in notices: each opens one message until its time is over, for whoever has it. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkStore } from '../ports/links.ts';
import type { Store } from '../ports/store.ts';
import type { Tokens } from '../ports/tokens.ts';

/** 128 bits: 22 characters, because texts are short. */
const tokenBytes = 16;

export interface LinkDeps {
  readonly store: { readonly links: LinkStore } & {
    readonly messages: Pick<Store['messages'], 'get'>;
    readonly mailboxes: Pick<Store['mailboxes'], 'get'>;
  };
  readonly tokens: Tokens;
  readonly clock: Clock;
  /** Address of the page without a slash at its end, as https://voicemail.example; absent: no links are made. */
  readonly publicUrl: string | undefined;
}

export type LinkOpening =
  | { readonly kind: 'open'; readonly message: Message; readonly mailbox: Mailbox; readonly until: Date }
  /** Deleted, or removed since. */
  | { readonly kind: 'gone' }
  /** The link's own time is over, or the message's. */
  | { readonly kind: 'expired' }
  /** The mailbox is suspended. */
  | { readonly kind: 'suspended' }
  | { readonly kind: 'unknown' };

export interface Links {
  /** Address that opens the message; `undefined` where there are none. */
  make(message: Message): Promise<string | undefined>;
  /** What the token of a link opens now. */
  open(token: string): Promise<LinkOpening>;
}

export function createLinks(deps: LinkDeps): Links {
  const { store, tokens, publicUrl } = deps;
  return {
    async make(message) {
      if (publicUrl === undefined) return undefined;
      const token = tokens.make(tokenBytes);
      await store.links.insert({
        id: tokens.digest(token),
        message: message.id,
        mailbox: message.mailbox,
        expires: message.referenceExpires,
      });
      return `${publicUrl}/m/${token}`;
    },
    open: (token) => open(deps, token),
  };
}

async function open({ store, tokens, clock }: LinkDeps, token: string): Promise<LinkOpening> {
  if (!/^[\w-]{22}$/.test(token)) return { kind: 'unknown' };
  const link = await store.links.get(tokens.digest(token));
  if (link === undefined) return { kind: 'unknown' };
  const now = clock.now();
  if (link.expires <= now) return { kind: 'expired' };
  const message = await store.messages.get(link.message);
  // One that was put into another mailbox since is not for whoever had the notice.
  if (message === undefined || message.state === 'deleted' || message.mailbox !== link.mailbox)
    return { kind: 'gone' };
  if (message.expires <= now) return { kind: 'expired' };
  const mailbox = await store.mailboxes.get(link.mailbox);
  if (mailbox === undefined) return { kind: 'gone' };
  if (mailbox.status === 'suspended') return { kind: 'suspended' };
  const until = new Date(Math.min(link.expires.getTime(), message.expires.getTime()));
  return { kind: 'open', message, mailbox, until };
}
