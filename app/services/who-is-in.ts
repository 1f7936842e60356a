/** What can be told of whoever is signed in. */
import type { E164, MailboxId } from '../core/ids.ts';
import type { Store } from '../ports/store.ts';
import type { Profiles } from './profile.ts';

export interface WhoIsInDeps {
  readonly store: { readonly mailboxes: Pick<Store['mailboxes'], 'get'> };
  readonly profiles: Profiles;
}

export interface WhoIsIn {
  /** Of the subscriber of a mailbox; `undefined` if it is gone. */
  subscriber(mailbox: MailboxId): Promise<{ readonly number: E164; readonly language: string } | undefined>;
}

export function createWhoIsIn({ store, profiles }: WhoIsInDeps): WhoIsIn {
  return {
    async subscriber(id) {
      const mailbox = await store.mailboxes.get(id);
      return mailbox && { number: mailbox.number, language: profiles.of(mailbox).language };
    },
  };
}
