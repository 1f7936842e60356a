/** The subscriber's greetings: heard, recorded, removed; and whether callers may leave messages. */
import * as menus from '../../core/menu/menus.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { GreetingKind, RecordedGreeting } from '../../core/profile/settings.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { Call } from '../../ports/media.ts';
import { prompt, say, type FlowDeps } from '../flow.ts';
import { choose } from '../menu.ts';
import { playTake } from '../spoken.ts';
import { askNumber } from './ask-number.ts';
import { discardOwn, recordOwn } from './record-own.ts';
import { attempt, openSession, type Session } from './session.ts';

/** Longest greeting and name, in seconds. */
const maxSeconds: Readonly<Record<GreetingKind, number>> = {
  name: 10,
  unavailable: 120,
  busy: 120,
  temporary: 120,
};
/** Longest time of a temporary greeting, in days. */
const maxDays = 366;
const dayMs = 86_400_000;
/** Times that the days are asked for. */
const dayTries = 3;

export async function greetingsDialogue(
  call: Call,
  mailbox: Mailbox,
  deps: FlowDeps,
): Promise<'done' | 'gone'> {
  const session = openSession(call, mailbox, deps);
  const { language } = session.profile;
  let own = mailbox;
  let first: readonly PlayItem[] = [];
  for (;;) {
    const announces = own.settings.greetings?.announcementOnly === true;
    const available = [announces ? 'announcement-only' : 'takes-messages'] as const;
    const action = await choose(call, menus.greetings, { language, deps, available, first });
    first = [];
    switch (action) {
      case 'announcement-only':
      case 'take-messages': {
        const only = action === 'announcement-only';
        const changed = await attempt(session, () => deps.greetings.setAnnouncementOnly(own, only));
        if (changed !== 'failed') own = changed.value;
        first = [prompt(changed === 'failed' ? 'not-now' : said[action])];
        break;
      }
      case 'up':
        return 'done';
      case 'gone':
      case 'deaf':
        return 'gone';
      case 'unavailable':
      case 'busy':
      case 'temporary':
      case 'name': {
        const after = await greetingDialogue(session, own, action);
        if (after === 'gone') return 'gone';
        own = after;
      }
    }
  }
}

const said = {
  'announcement-only': 'greeting-announcement-only',
  'take-messages': 'greeting-takes-messages',
} as const;

/** One greeting. Answers the mailbox as it is then. */
async function greetingDialogue(
  session: Session,
  mailbox: Mailbox,
  kind: GreetingKind,
): Promise<Mailbox | 'gone'> {
  const { call, profile, deps } = session;
  const { language } = profile;
  let own = mailbox;
  let first: readonly PlayItem[] = [];
  for (;;) {
    const available = own.settings.greetings?.[kind] === undefined ? [] : (['recorded'] as const);
    const action = await choose(call, menus.greeting, { language, deps, available, first });
    switch (action) {
      case 'hear':
        first = await spoken(session, own, kind);
        break;
      case 'record': {
        const changed = await record(session, own, kind);
        if (changed === 'gone') return 'gone';
        own = changed.mailbox;
        first = changed.told;
        break;
      }
      case 'remove': {
        const changed = await attempt(session, () => deps.greetings.remove(own, kind));
        if (changed !== 'failed') own = changed.value;
        first = [prompt(changed === 'failed' ? 'not-now' : 'greeting-removed')];
        break;
      }
      case 'up':
        return own;
      case 'gone':
      case 'deaf':
        return 'gone';
    }
  }
}

async function spoken(session: Session, { settings }: Mailbox, kind: GreetingKind): Promise<PlayItem[]> {
  const { deps } = session;
  const greeting = settings.greetings?.[kind];
  if (greeting === undefined) return [prompt('greeting-none')];
  const found = await attempt(session, () => deps.greetings.sound(greeting));
  if (found === 'failed') return [prompt('not-now')];
  if (found.value === undefined) return [prompt('greeting-none')];
  return [
    { kind: 'stored', media: found.value },
    ...(kind === 'temporary' ? howLong(session, settings.greetings?.temporary) : []),
  ];
}

function howLong(
  { profile, deps }: Session,
  greeting: (RecordedGreeting & { readonly until?: Date }) | undefined,
): PlayItem[] {
  const at = greeting?.until;
  if (at === undefined) return [prompt('greeting-until-removed')];
  const { timeZone } = profile;
  return [prompt('greeting-until'), { kind: 'time', at, now: deps.clock.now(), timeZone }];
}

interface Changed {
  readonly mailbox: Mailbox;
  readonly told: readonly PlayItem[];
}

/** Only a recording that its owner ends is kept: by `#`, silence or the limit, not by hanging up. */
async function record(session: Session, mailbox: Mailbox, kind: GreetingKind): Promise<Changed | 'gone'> {
  const { call, profile, deps } = session;
  const { language } = profile;
  const until = kind === 'temporary' ? await askUntil(session) : {};
  if (until === 'gone') return 'gone';
  if (until === undefined) return { mailbox, told: [] };
  await call.play([prompt('record-own')], { language, until: '#' });
  const take = await recordOwn(session, { mailbox, use: 'greeting', maxSeconds: maxSeconds[kind] });
  if (take === 'gone') return 'gone';
  if (take === 'nothing') return { mailbox, told: [prompt('greeting-nothing')] };
  const { contentType, durationMs } = take;
  const changed = await attempt(session, async () =>
    deps.greetings.set(mailbox, kind, { contentType, durationMs, bytes: await take.bytes() }, until.at),
  );
  const sound = await playTake(take);
  await discardOwn(take, deps);
  if (changed === 'failed') return { mailbox, told: [prompt('not-now')] };
  if (call.gone.aborted) return 'gone';
  await say(call, { language }, prompt('greeting-saved'), sound);
  return { mailbox: changed.value, told: [] };
}

/** Until when; `at` absent = until it is removed; `undefined` = the subscriber would rather not. */
async function askUntil(session: Session): Promise<{ readonly at?: Date } | undefined | 'gone'> {
  let told: readonly PlayItem[] = [];
  for (let n = 0; n < dayTries; n += 1) {
    const typed = await askNumber(session, ...told, prompt('greeting-days'));
    if (typed === 'gone') return 'gone';
    const { keys } = typed;
    if (keys === '*' || keys === '') return undefined;
    const days = /^\d{1,3}$/.test(keys) ? Number(keys) : Infinity;
    if (days === 0) return {};
    if (days <= maxDays) return { at: new Date(session.deps.clock.now().getTime() + days * dayMs) };
    told = [prompt('greeting-days-wrong')];
  }
  return undefined;
}
