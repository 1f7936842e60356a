/** What another node is to have of a subscriber besides messages. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { ProfileRegister } from '../core/replication/profile-register.ts';
import type { Digest } from '../ports/digest.ts';
import type { Piece, Replica } from '../ports/replication.ts';
import type { Store } from '../ports/store.ts';
import { greetingMedia } from './take-profile.ts';

/** With the sound of the greetings that are there. */
export async function profileReplica(
  { store, digest }: { readonly store: Pick<Store, 'media'>; readonly digest: Digest },
  mailbox: Mailbox,
  register: ProfileRegister,
): Promise<Extract<Replica, { kind: 'profile' }>> {
  const { number, id, aliases, origin, classOfService, created } = mailbox;
  const pieces: Piece[] = [];
  for (const greeting of greetingMedia(mailbox.settings)) {
    const found = await store.media.get(greeting.media);
    if (found === undefined) continue;
    pieces.push({ ...greeting, bytes: found.bytes, sha256: await digest(found.bytes) });
  }
  return { kind: 'profile', number, id, aliases, origin, classOfService, created, register, pieces };
}
