/** Sends one profile to one peer, if that has not acknowledged it as it is. */
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { advanceProfile, profileFingerprint } from '../core/replication/profile-register.ts';
import type { Digest } from '../ports/digest.ts';
import type { Log } from '../ports/log.ts';
import type { Peer } from '../ports/replication.ts';
import type { Store } from '../ports/store.ts';
import { chosenNow } from './take-profile.ts';
import { profileReplica } from './profile-replica.ts';
import { sendApart } from './send-apart.ts';

export interface SendProfileDeps {
  readonly store: Store;
  readonly digest: Digest;
  readonly log: Log;
}

/** `again`: it is not there yet; `refused`: the peer will not have it. */
export async function sendProfile(
  { store, digest, log }: SendProfileDeps,
  peer: Peer,
  mailbox: Mailbox,
  { number, role, epoch }: { readonly number: E164; readonly role: 'home' | 'away'; readonly epoch: string },
): Promise<'known' | 'again' | 'refused'> {
  const seen = await store.replication.profile(number);
  // Of visitors only once their home has sent what holds.
  if (role === 'away' && (seen === undefined || Object.keys(seen.register).length === 0)) return 'known';
  const register = advanceProfile(seen?.register, await chosenNow(store, mailbox));
  const has = `${epoch}${profileFingerprint(register)}`;
  if (seen?.acked[peer.name] === has) return 'known';
  const known = { ...seen, register, acked: seen?.acked ?? {} };
  if (!(await store.replication.putProfile(number, seen, known))) return 'again';
  const replica = await profileReplica({ store, digest }, mailbox, register);
  const [answer] = await sendApart(peer, [replica], 'express');
  if (answer?.kind === 'refused') {
    log.warn('a node refuses a profile', { node: peer.name, why: answer.why });
    return 'refused';
  }
  if (answer?.kind !== 'taken') return 'again';
  const acked = { ...known.acked, [peer.name]: has };
  return (await store.replication.putProfile(number, known, { ...known, acked })) ? 'known' : 'again';
}
