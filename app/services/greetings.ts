/** What subscribers have recorded for their callers: kept, removed, and chosen for a call. */
import type { RedirectReason } from '../core/address/redirect-reason.ts';
import type { E164, MediaId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { chooseGreeting } from '../core/profile/choose-greeting.ts';
import type { GreetingKind, Greetings as OwnGreetings, RecordedGreeting } from '../core/profile/settings.ts';
import type { PlayItem, StoredSound } from '../core/prompt/play-item.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import { changeSettings } from './change-settings.ts';
import { inTime } from './in-time.ts';

/** How long a name may be looked for, in milliseconds: digits are said instead. */
const nameMs = 400;

export interface GreetingDeps {
  readonly store: Pick<Store, 'mailboxes' | 'media'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What a caller hears first. */
export interface Welcome {
  readonly items: readonly PlayItem[];
  /** False: the call ends after it. */
  readonly takesMessage: boolean;
}

export interface Greetings {
  /** Puts a recording in the place of the one before. @throws Fault if the store is away; the one before stays then. */
  set(mailbox: Mailbox, kind: GreetingKind, sound: DepositPart, until?: Date): Promise<Mailbox>;
  remove(mailbox: Mailbox, kind: GreetingKind): Promise<Mailbox>;
  /** Whether callers only hear the greeting. */
  setAnnouncementOnly(mailbox: Mailbox, only: boolean): Promise<Mailbox>;
  /** `undefined` if its bytes are gone. */
  sound(greeting: RecordedGreeting): Promise<StoredSound | undefined>;
  /** What callers of a mailbox hear; a greeting whose bytes are gone gives way to the next. @throws Fault if the store is away. */
  pick(mailbox: Mailbox | undefined, reason: RedirectReason | undefined): Promise<Welcome>;
  /** The spoken name of whom a number belongs to. Never rejects and takes no long time. */
  nameOf(number: E164): Promise<StoredSound | undefined>;
}

export function createGreetings(deps: GreetingDeps): Greetings {
  const sound = async ({ media }: RecordedGreeting): Promise<StoredSound | undefined> => {
    const found = await deps.store.media.get(media);
    return found === undefined ? undefined : { id: media, ...found };
  };
  return {
    set: (mailbox, kind, recorded, until) => set(deps, mailbox, kind, recorded, until),
    remove: (mailbox, kind) => replace(deps, mailbox, kind, undefined),
    async setAnnouncementOnly({ id }, only) {
      const announcementOnly = only ? true : undefined;
      return (await changeSettings(deps.store.mailboxes, id, () => ({ greetings: { announcementOnly } })))
        .after;
    },
    sound,
    pick: (mailbox, reason) => pick(deps, sound, mailbox, reason),
    nameOf: (number) => nameOf(deps, sound, number),
  };
}

async function set(
  deps: GreetingDeps,
  mailbox: Mailbox,
  kind: GreetingKind,
  { contentType, durationMs = 0, bytes }: DepositPart,
  until: Date | undefined,
): Promise<Mailbox> {
  const media = `greeting:${mailbox.id}:${kind}:${deps.random.uuid()}` as MediaId;
  await deps.store.media.put(media, contentType, bytes, mailbox.id);
  const greeting = { media, contentType, durationMs, ...(until === undefined ? {} : { until }) };
  return replace(deps, mailbox, kind, greeting);
}

async function replace(
  deps: GreetingDeps,
  mailbox: Mailbox,
  kind: GreetingKind,
  greeting: OwnGreetings[GreetingKind],
): Promise<Mailbox> {
  const { before, after } = await changeSettings(deps.store.mailboxes, mailbox.id, () => ({
    greetings: { [kind]: greeting },
  }));
  const old = before.settings.greetings?.[kind];
  if (old !== undefined) await forget(deps, old);
  return after;
}

/** What is not deleted now stays without use, and does no harm. */
async function forget({ store, log }: GreetingDeps, { media }: RecordedGreeting): Promise<void> {
  try {
    await store.media.delete(media);
  } catch (error) {
    log.warn('the sound of an old greeting stays in the store', { error, media });
  }
}

type ReadSound = (greeting: RecordedGreeting) => Promise<StoredSound | undefined>;

async function pick(
  deps: GreetingDeps,
  sound: ReadSound,
  mailbox: Mailbox | undefined,
  reason: RedirectReason | undefined,
): Promise<Welcome> {
  // What they recorded may say otherwise.
  if (mailbox?.status === 'suspended') return systemWelcome(mailbox);
  const own = mailbox?.settings.greetings ?? {};
  const takesMessage = own.announcementOnly !== true;
  const what = prompt(takesMessage ? 'greeting-leave-message' : 'greeting-no-messages');
  for (const { kind, greeting } of chooseGreeting(own, reason, deps.clock.now())) {
    const media = await sound(greeting);
    if (media === undefined) {
      deps.log.error('a greeting has lost its sound', { media: greeting.media });
      continue;
    }
    const spoken: PlayItem = { kind: 'stored', media };
    const items = kind === 'name' ? [prompt('greeting-number'), spoken, what] : [spoken];
    return { items, takesMessage };
  }
  return systemWelcome(mailbox);
}

/** What callers hear where nothing was recorded, or it cannot be had now. */
export function systemWelcome(mailbox: Mailbox | undefined): Welcome {
  const takesMessage =
    mailbox?.status !== 'suspended' && mailbox?.settings.greetings?.announcementOnly !== true;
  const items = takesMessage
    ? [prompt('greeting-default')]
    : [prompt('greeting-away'), prompt('greeting-no-messages')];
  return { items, takesMessage };
}

async function nameOf(deps: GreetingDeps, sound: ReadSound, number: E164): Promise<StoredSound | undefined> {
  const look = async (): Promise<StoredSound | undefined> => {
    const mailbox = await deps.store.mailboxes.find(number);
    const name = mailbox?.settings.greetings?.name;
    return name === undefined ? undefined : sound(name);
  };
  try {
    return await inTime(look(), nameMs);
  } catch (error) {
    deps.log.warn('a spoken name was not looked up', { error });
    return undefined;
  }
}

function prompt(name: Extract<PromptName, `greeting-${string}`>): PlayItem {
  return { kind: 'prompt', name };
}
