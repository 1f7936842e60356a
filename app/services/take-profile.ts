/** A subscriber's profile from another node: settings, greetings and PIN, each by itself. */
import type { MailboxId, MediaId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Settings, SettingsChange } from '../core/profile/settings.ts';
import {
  advanceProfile,
  chosenByPath,
  fromCanonical,
  joinProfiles,
  profileFingerprint,
  type ProfileRegister,
} from '../core/replication/profile-register.ts';
import type { Credential } from '../ports/credentials.ts';
import type { Piece, ProfileSeen, Replica, ReplicaAnswer } from '../ports/replication.ts';
import type { Store } from '../ports/store.ts';
import { putPiece } from './media-source.ts';
import type { Role, TakeReplicaDeps } from './take-replica.ts';

type ProfileReplica = Extract<Replica, { kind: 'profile' }>;

/** Others who change the same profile meanwhile. */
const tries = 8;
/** Hashes of PINs that are remembered, so that none is chosen again soon. */
const keptPins = 5;

/** What is chosen now, with the PIN. */
export async function chosenNow(store: Store, mailbox: Mailbox): Promise<ReadonlyMap<string, string>> {
  const found = await store.credentials.get(mailbox.id);
  if (found?.hash === undefined) return chosenByPath(mailbox);
  const { hash, set, mustChange } = found;
  return chosenByPath({ ...mailbox, credential: { hash, set, mustChange } });
}

export async function takeProfile(
  deps: TakeReplicaDeps,
  peer: string,
  replica: ProfileReplica,
  role: Role,
  epoch: string,
): Promise<ReplicaAnswer> {
  const { store, digest } = deps;
  for (const piece of replica.pieces)
    if (!isGreeting(piece, replica.register) || (await digest(piece.bytes)) !== piece.sha256)
      return { kind: 'refused', why: 'a sound is not a greeting of this profile' };
  for (let n = 0; n < tries; n += 1) {
    const mailbox = await mailboxOf(deps, replica);
    if (mailbox === undefined) return { kind: 'refused', why: 'another mailbox has one of its numbers' };
    const seen = await store.replication.profile(replica.number);
    const now = await chosenNow(store, mailbox);
    // What a visitor's first profile finds here was made here before anybody knew them: home's own goes before.
    const own = seen === undefined && role === 'away' ? {} : advanceProfile(seen?.register, now);
    const joined = joinProfiles(own, replica.register);
    for (const piece of replica.pieces) await putPiece(store.media, piece, piece.media, mailbox.id);
    if (!(await applyProfile(store, mailbox, now, joined))) continue;
    // Of a visitor whose home sends: they are here again, if they had left.
    const next: ProfileSeen = {
      register: joined,
      acked: { ...seen?.acked, [peer]: `${epoch}${profileFingerprint(replica.register)}` },
    };
    if (await store.replication.putProfile(replica.number, seen, next)) return { kind: 'taken' };
  }
  return { kind: 'unknown' };
}

function isGreeting({ media }: Piece, register: ProfileRegister): boolean {
  return Object.entries(register).some(
    ([path, { value }]) => path.startsWith('settings.greetings.') && value.includes(JSON.stringify(media)),
  );
}

async function mailboxOf(
  { store, plan, random }: TakeReplicaDeps,
  { number, aliases, origin, classOfService, created }: ProfileReplica,
): Promise<Mailbox | undefined> {
  const there = await store.mailboxes.find(number);
  if (there !== undefined) return there.number === number ? there : undefined;
  const local = plan.classOf(number) ?? classOfService;
  // Its own here: when they have left the key of this one is erased for good, and a next visit has another.
  const id = random.uuid() as MailboxId;
  const fresh = { id, number, aliases, origin, classOfService: local, created };
  const made = await store.mailboxes.create(fresh);
  if (made.kind === 'created') return made.mailbox;
  const again = await store.mailboxes.find(number);
  if (again !== undefined) return again.number === number ? again : undefined;
  // An alias leads elsewhere here: without them.
  const plain = await store.mailboxes.create({ ...fresh, aliases: [] });
  return plain.kind === 'created' ? plain.mailbox : undefined;
}

/** False: the mailbox was changed meanwhile. */
async function applyProfile(
  store: Store,
  mailbox: Mailbox,
  now: ReadonlyMap<string, string>,
  joined: ProfileRegister,
): Promise<boolean> {
  const changed = Object.entries(joined).filter(([path, { value }]) => (now.get(path) ?? 'null') !== value);
  if (changed.length === 0) return true;
  const settings: Record<string, unknown> = {};
  let status: Mailbox['status'] | undefined;
  for (const [path, { value }] of changed) {
    const decoded = fromCanonical(value);
    const [first, name = '', part] = path.split('.');
    if (first === 'settings' && part !== undefined)
      settings[name] = { ...(settings[name] as object | undefined), [part]: decoded };
    else if (first === 'settings') settings[name] = decoded;
    else if (first === 'status') status = decoded as Mailbox['status'];
    else if (first === 'textsStopped')
      await store.mailboxes.stopTexts(mailbox.id, (decoded as Date) ?? undefined);
    else await setCredential(store, mailbox, decoded as Credential | null);
  }
  const change = { ...(status === undefined ? {} : { status }), settings: settings as SettingsChange };
  const after = await store.mailboxes.update(mailbox.id, change, mailbox.version);
  if (after === undefined) return false;
  await forgetOld(store, mailbox.settings, after.settings);
  return true;
}

async function setCredential(store: Store, { id }: Mailbox, credential: Credential | null): Promise<void> {
  if (credential?.hash === undefined) return store.credentials.remove(id);
  const { hash, set = new Date(0), mustChange } = credential;
  await store.credentials.setPin({ mailbox: id, hash, set, mustChange, keep: keptPins });
}

/** Sounds of greetings that were replaced. */
async function forgetOld(store: Store, before: Settings, after: Settings): Promise<void> {
  const kept = new Set(greetingMedia(after).map(({ media }) => media));
  for (const { media } of greetingMedia(before)) if (!kept.has(media)) await store.media.delete(media);
}

export function greetingMedia({ greetings = {} }: Settings): { media: MediaId; contentType: string }[] {
  const { name, unavailable, busy, temporary } = greetings;
  return [name, unavailable, busy, temporary].filter((one) => one !== undefined);
}
