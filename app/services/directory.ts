/** Who is served here: subscribers with their numbers, class of service and settings. */
import {
  checkNumber,
  checkSubscriber,
  parsedNumbers,
  type SubscriberInput,
} from '../core/directory/check-subscriber.ts';
import type { Known } from '../core/directory/check-settings.ts';
import { problem, type Problem } from '../core/directory/problem.ts';
import type { E164, MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Settings, SettingsChange } from '../core/profile/settings.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { CredentialStore } from '../ports/credentials.ts';
import type { MailboxChange, Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';
import type { Classes } from './classes.ts';
import { refuseHeld } from './holds.ts';
import { removeMessage, type RemoveDeps } from './remove-message.ts';

/** Messages that are removed at once with their mailbox. */
const removedAtOnce = 20;

export interface DirectoryDeps {
  readonly store: Pick<Store, 'mailboxes' | 'messages' | 'media' | 'retention'> & {
    readonly credentials: CredentialStore;
  };
  /** For archived messages of a mailbox that is removed; absent: there is no archive. */
  readonly archiving?: Pick<Archiving, 'forget'> | undefined;
  readonly plan: Known['plan'];
  readonly classes: Pick<Classes, 'current'>;
  /** BCP 47. */
  readonly languages: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}

export interface NewSubscriber {
  /** The same for a repeat, which then makes no other; absent: a new one. */
  readonly id?: MailboxId;
  /** As people write it. */
  readonly number: string;
  readonly aliases?: readonly string[];
  /** Default: the class of the number's range. */
  readonly classOfService?: string;
  readonly status?: Mailbox['status'];
  readonly settings?: Settings;
}

export type DirectoryResult =
  | { readonly kind: 'done'; readonly mailbox: Mailbox }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'not-found' }
  /** Somebody else has changed it since the version that was asked for. */
  | { readonly kind: 'other-version' };

export type SubscriberMade =
  | DirectoryResult
  /** The id is of somebody with another number: that is no repeat. */
  | { readonly kind: 'other-request' };

/** Every change is checked first. @throws Fault if the store is away */
export interface Directory {
  create(subscriber: NewSubscriber): Promise<SubscriberMade>;
  /** By number or alias, as people write it. */
  get(number: string): Promise<Mailbox | undefined>;
  byId(id: MailboxId): Promise<Mailbox | undefined>;
  /** In the order of their ids, those after the given one. */
  list(after: MailboxId | undefined, limit: number): Promise<readonly Mailbox[]>;
  /** @param version only over this one */
  update(id: MailboxId, change: MailboxChange, version?: number): Promise<DirectoryResult>;
  changeSettings(id: MailboxId, change: SettingsChange, version?: number): Promise<DirectoryResult>;
  addAlias(id: MailboxId, number: string): Promise<DirectoryResult>;
  removeAlias(id: MailboxId, number: string): Promise<DirectoryResult>;
  /**
   * With all messages, recordings and the PIN. Answers whether there was one; what a crash left is removed by repeating it.
   * @throws Fault `held` if a legal hold keeps it or a message of it
   */
  remove(id: MailboxId): Promise<boolean>;
  /** What is allowed at this moment. */
  known(): Known;
}

export function createDirectory(deps: DirectoryDeps): Directory {
  const { store, plan, classes, languages } = deps;
  const { mailboxes } = store;
  const known = (): Known => ({ plan, classes: Object.keys(classes.current()), languages });

  const update: Directory['update'] = async (id, change, version) => {
    const problems = checkSubscriber(change, known());
    if (problems.length > 0) return { kind: 'invalid', problems };
    const mailbox = await mailboxes.update(id, change, version);
    if (mailbox !== undefined) return { kind: 'done', mailbox };
    return { kind: (await mailboxes.get(id)) === undefined ? 'not-found' : 'other-version' };
  };
  return {
    known,
    update,
    changeSettings: (id, settings, version) => update(id, { settings }, version),
    create: (subscriber) => create(deps, known(), subscriber),
    async get(number) {
      const parsed = plan.parse(number);
      return parsed && mailboxes.find(parsed);
    },
    byId: (id) => mailboxes.get(id),
    list: (after, limit) => mailboxes.list(after, limit),
    async addAlias(id, number) {
      const problems = checkNumber(number, 'aliases', known(), false);
      if (problems.length > 0) return { kind: 'invalid', problems };
      const [alias] = parsedNumbers([number], known());
      const added = await mailboxes.addAlias(id, alias as E164);
      if (added.kind === 'added') return { kind: 'done', mailbox: added.mailbox };
      return added.kind === 'no-mailbox' ? { kind: 'not-found' } : taken('aliases', number);
    },
    async removeAlias(id, number) {
      const alias = plan.parse(number);
      const mailbox = await (alias === undefined ? mailboxes.get(id) : mailboxes.removeAlias(id, alias));
      return mailbox === undefined ? { kind: 'not-found' } : { kind: 'done', mailbox };
    },
    remove: (id) => remove(deps, id),
  };
}

async function create(deps: DirectoryDeps, known: Known, subscriber: NewSubscriber): Promise<SubscriberMade> {
  const { mailboxes } = deps.store;
  const problems = checkSubscriber(subscriber satisfies SubscriberInput, known);
  if (problems.length > 0) return { kind: 'invalid', problems };
  const numbers = parsedNumbers([subscriber.number, ...(subscriber.aliases ?? [])], known);
  const [number, ...aliases] = numbers as [E164, ...E164[]];
  const id = subscriber.id ?? (deps.random.uuid() as MailboxId);
  const made = await mailboxes.create({
    id,
    number,
    aliases,
    origin: 'provisioned',
    status: subscriber.status ?? 'active',
    // A number that is not served was refused above.
    classOfService: subscriber.classOfService ?? (known.plan.classOf(number) as string),
    created: deps.clock.now(),
    ...(subscriber.settings === undefined ? {} : { settings: subscriber.settings }),
  });
  if (made.kind === 'created') return { kind: 'done', mailbox: made.mailbox };
  const before = await mailboxes.get(id);
  if (before !== undefined)
    return before.number === number ? { kind: 'done', mailbox: before } : { kind: 'other-request' };
  for (const [i, one] of numbers.entries()) {
    if (await mailboxes.find(one)) return taken(i === 0 ? 'number' : `aliases.${i - 1}`, one);
  }
  // It was freed meanwhile.
  return taken('number', number);
}

function taken(field: string, number: string): DirectoryResult {
  return { kind: 'invalid', problems: [problem(field, 'number-taken', number, 'a number that nobody has')] };
}

/** Last goes the mailbox itself, so that what a crash leaves can still be found; then what came in meanwhile. */
async function remove({ store, archiving }: DirectoryDeps, id: MailboxId): Promise<boolean> {
  const mailbox = await store.mailboxes.get(id);
  if (mailbox !== undefined) await refuseHeld({ store }, mailbox);
  const forget: RemoveDeps['forget'] = archiving && ((message) => archiving.forget(message));
  await removeMessages({ ...store, forget }, id);
  const { name, unavailable, busy, temporary } = mailbox?.settings.greetings ?? {};
  for (const recorded of [name, unavailable, busy, temporary]) {
    if (recorded !== undefined) await store.media.delete(recorded.media);
  }
  await store.credentials.remove(id);
  const removed = await store.mailboxes.remove(id);
  await removeMessages({ ...store, forget }, id);
  return removed;
}

async function removeMessages(deps: RemoveDeps, id: MailboxId): Promise<void> {
  for (;;) {
    const some = await deps.messages.list(id, { limit: removedAtOnce });
    if (some.length === 0) return;
    for (const message of some) await removeMessage(deps, message);
  }
}
