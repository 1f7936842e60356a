/** A message of the subscriber's own, from its recording to what came of it. */
import type { Condition } from '../../core/menu/menu.ts';
import * as menus from '../../core/menu/menus.ts';
import type { RecipientsAction } from '../../core/menu/menus.ts';
import type { E164, MessageId } from '../../core/ids.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { MessageKind } from '../../core/profile/class-of-service.ts';
import type { PlayItem, StoredSound } from '../../core/prompt/play-item.ts';
import type { PromptName } from '../../core/prompt/prompt-name.ts';
import type { Take } from '../../ports/media.ts';
import type { DepositPart } from '../../ports/spool.ts';
import { inTime } from '../../services/in-time.ts';
import type { Sent } from '../../services/send.ts';
import { prompt, say, type FlowDeps } from '../flow.ts';
import { choose } from '../menu.ts';
import { playTake } from '../spoken.ts';
import { discardOwn, ownTag, recordOwn } from './record-own.ts';
import { whoIs } from './recipients.ts';
import type { Session } from './session.ts';

/** After this the subscriber is told that it takes a moment, and after the second that it goes on without them. */
const soonMs = 700;
const patienceMs = 12_000;
/** Recordings without speech before the subscriber is let go. */
const emptyTries = 2;
/** Recipients named one by one of those that a message did not reach. */
const mostNamed = 5;

export interface Letter {
  readonly mailbox: Mailbox;
  readonly to: readonly E164[];
  /** What is said before the tone. */
  readonly ask: PromptName;
  readonly related?: MessageId;
  /** A message that is sent on after what is recorded, which may then be nothing. */
  readonly original?: Original;
}

export interface Original {
  readonly kind: MessageKind;
  readonly subject?: string | undefined;
  readonly parts: readonly DepositPart[];
  readonly sounds: readonly StoredSound[];
}

/** Records, lets the subscriber hear and change it, and sends it: nothing is sent without the key for it. */
export async function sendDialogue(session: Session, letter: Letter): Promise<'done' | 'gone'> {
  const { call, profile, deps } = session;
  const { language } = profile;
  let take = await recordLetter(session, letter);
  let urgent = false;
  let first: readonly PlayItem[] = [];
  for (;;) {
    if (take === 'gone') return 'gone';
    if (take === 'nothing' && letter.original === undefined) {
      await say(call, { language }, prompt('send-cancelled'));
      return 'done';
    }
    const recorded: Take | undefined = take === 'nothing' ? undefined : take;
    const available: Condition[] = [urgent ? 'urgent' : 'not-urgent'];
    const action: RecipientsAction | 'gone' | 'deaf' = await choose(call, menus.recipients, {
      language,
      deps,
      available,
      first,
    });
    first = [];
    switch (action) {
      case 'send':
        await deliver(session, letter, recorded, urgent);
        return 'done';
      case 'hear':
        await say(call, { language }, ...(await spokenOf(letter, recorded)));
        break;
      case 'record-again':
        if (recorded !== undefined) await discardOwn(recorded, deps);
        take = await recordLetter(session, letter);
        break;
      case 'mark-urgent':
      case 'mark-normal':
        urgent = action === 'mark-urgent';
        first = [prompt(urgent ? 'marked-urgent' : 'marked-normal')];
        break;
      case 'up':
      case 'gone':
      case 'deaf':
        if (recorded !== undefined) await discardOwn(recorded, deps);
        if (action !== 'up') return 'gone';
        await say(call, { language }, prompt('send-cancelled'));
        return 'done';
    }
  }
}

async function recordLetter(session: Session, letter: Letter): Promise<Take | 'nothing' | 'gone'> {
  const { call, profile } = session;
  const tries = letter.original === undefined ? emptyTries : 1;
  await call.play([prompt(letter.ask)], { language: profile.language, until: '#' });
  for (let n = 1; ; n += 1) {
    const { mailbox } = letter;
    const take = await recordOwn(session, { mailbox, use: 'draft', maxSeconds: profile.maxMessageSeconds });
    if (take !== 'nothing' || n >= tries) return take;
    await call.play([prompt('message-empty')], { language: profile.language });
  }
}

async function spokenOf({ original }: Letter, take: Take | undefined): Promise<PlayItem[]> {
  const own = take === undefined ? [] : [await playTake(take)];
  return [...own, ...(original?.sounds ?? []).map((media) => ({ kind: 'stored' as const, media }))];
}

async function deliver(
  session: Session,
  { mailbox, to, related, original }: Letter,
  take: Take | undefined,
  urgent: boolean,
): Promise<void> {
  const { call, profile, deps } = session;
  const { language } = profile;
  const spoken: DepositPart[] =
    take === undefined
      ? []
      : [{ contentType: take.contentType, durationMs: take.durationMs, bytes: await take.bytes() }];
  const work = deps.sends.send({
    id: take?.id ?? ownTag(call, mailbox, 'draft', deps),
    from: mailbox,
    to,
    kind: original?.kind ?? 'voice',
    parts: [...spoken, ...(original?.parts ?? [])],
    urgent,
    ...(related === undefined ? {} : { related }),
    ...(original?.subject === undefined ? {} : { subject: original.subject }),
  });
  const done = discardAfter(work, take, deps);
  let sent = await inTime(done, soonMs);
  if (sent === undefined) {
    await say(call, { language }, prompt('send-sending'));
    sent = await inTime(done, patienceMs);
  }
  if (sent === undefined) {
    deps.log.warn('a message takes long to be sent', { recipients: to.length });
    await say(call, { language }, prompt('send-goes-on'));
    return;
  }
  await say(call, { language }, ...(await tellSent(session, sent)));
}

/** It is kept until everybody has it. */
async function discardAfter(
  work: Promise<Sent>,
  take: Take | undefined,
  deps: Pick<FlowDeps, 'log'>,
): Promise<Sent> {
  const sent = await work;
  if (take !== undefined) await discardOwn(take, deps);
  return sent;
}

async function tellSent({ deps }: Session, { sent, full, failed }: Sent): Promise<PlayItem[]> {
  const all = sent.length + full.length + failed.length;
  const named = async (name: PromptName, numbers: readonly E164[]): Promise<PlayItem[]> => {
    if (numbers.length === 0) return [];
    return [prompt(name), ...(await Promise.all(numbers.slice(0, mostNamed).map((one) => whoIs(one, deps))))];
  };
  return [
    ...tellCount(sent.length, all),
    ...(await named('send-full', full)),
    ...(await named('send-failed', failed)),
  ];
}

function tellCount(sent: number, all: number): PlayItem[] {
  if (sent === 0) return [prompt('send-none')];
  if (all === 1) return [prompt('send-done')];
  const count: PlayItem = { kind: 'count', value: sent, noun: 'recipient' };
  if (sent === all) return [prompt('send-done-to'), count];
  return [prompt('send-done-to'), count, prompt('send-of'), { kind: 'number', value: all }];
}
