/** One message: it is announced and played, and the message menu does what can be done with it. */
import { actionOf, type Condition } from '../../core/menu/menu.ts';
import { message as menu, type MessageAction } from '../../core/menu/menus.ts';
import type { Message, MessageState } from '../../core/message/message.ts';
import type { PlayItem, StoredSound } from '../../core/prompt/play-item.ts';
import type { PromptName } from '../../core/prompt/prompt-name.ts';
import { prompt, say } from '../flow.ts';
import { choose } from '../menu.ts';
import { announcement, details, senderDigits } from './about.ts';
import { answerDialogue } from './answer.ts';
import { hearingOf, type Hearing } from './hearing.ts';
import { moreDialogue } from './more.ts';
import { waitPaused } from './pause.ts';
import { skipMs } from './player.ts';
import { attempt, conditions, type Session } from './session.ts';

/** Of a message that is longer, so much must have been played for it to count as heard when the caller hangs up. */
const heardMs = 3000;
/** Keys that stop a message. The `#` is not one: it may still follow a reference that was dialled. */
const keys = '0123456789*';

/** How a message is left; `end`: the call is to be ended. */
export type Leaving = 'next' | 'previous' | 'up' | 'end';

export interface Visit {
  /**
   * `at-once`: only what was spoken; others must be announced to be understood. `menu` = straight to the keys, as after a
   * wish that could not be fulfilled.
   */
  readonly start: 'announced' | 'at-once' | 'menu';
  /** Said before the keys. */
  readonly first?: readonly PlayItem[];
  /** The sound, where it is at hand already. */
  readonly sound?: readonly StoredSound[] | undefined;
}

/** What comes next in a visit. */
type Step =
  | { readonly go: 'sound' }
  | { readonly go: 'menu'; readonly first?: readonly PlayItem[] }
  | { readonly go: 'do'; readonly action: MessageAction; readonly playing: boolean }
  | { readonly go: 'leave'; readonly to: Leaving };

/** A message as it is visited. */
interface Here {
  readonly session: Session;
  /** Absent if nothing can be heard of it. */
  readonly hearing: Hearing | undefined;
  message: Message;
  /** What it was before it was deleted in this visit. */
  before?: Exclude<MessageState, 'deleted'>;
}

/** Lets the subscriber hear the message and act on it until they leave it. */
export async function messageDialogue(session: Session, message: Message, visit: Visit): Promise<Leaving> {
  using hearing = hearingOf(session, message, visit.sound);
  const here: Here = { session, message, hearing };
  const announced = visit.start === 'announced' || (visit.start === 'at-once' && !isSpoken(message));
  // What must be made is made while this is said; what lies ready is looked for before.
  if (visit.start !== 'menu') hearing?.begin();
  const [found, said] = await Promise.all([
    hearing?.asItCame === true ? hearing.fetch() : undefined,
    announced ? announcement(session, message) : undefined,
  ]);
  let step: Step = typeof found === 'string' ? toMenu(prompt(found)) : await begin(here, visit, said);
  while (step.go !== 'leave') {
    if (step.go === 'sound') step = await listen(here);
    else if (step.go === 'menu') step = await ask(here, step.first);
    else step = await obey(here, step.action, step.playing);
  }
  return step.to;
}

function isSpoken({ envelope }: Message): boolean {
  return envelope.kind === 'voice';
}

async function begin(
  here: Here,
  { start, first }: Visit,
  announced: readonly PlayItem[] | undefined,
): Promise<Step> {
  const { session, message, hearing } = here;
  if (start === 'menu') return toMenu(...(first ?? []));
  if (announced !== undefined) {
    const { call, profile } = session;
    const said = await call.play(announced, { language: profile.language, until: keys });
    if (said.kind === 'gone' || said.kind === 'aborted') return leave('end');
    // Who wants no more than the announcement has not heard the message, unless there is no more to it.
    if (hearing === undefined) await noteHeard(here);
    if (said.kind === 'key') return onKey(here, said.key, true);
  } else if (message.urgent) {
    await say(session.call, { language: session.profile.language, drop: '#' }, prompt('urgent-message'));
  }
  return hearing === undefined ? toMenu() : { go: 'sound' };
}

/** Plays on from where the message is, as soon as there is something to play. */
async function listen(here: Here): Promise<Step> {
  const { session } = here;
  const ready = await here.hearing?.ready(keys);
  if (ready === undefined) return toMenu(prompt('invalid-key'));
  if (ready.kind === 'gone') return leave('end');
  if (ready.kind === 'problem') {
    // The announcement is then all that can be heard of what was written.
    if (ready.says === 'cannot-play' && !isSpoken(here.message)) await noteHeard(here);
    return toMenu(prompt(ready.says));
  }
  if (ready.kind === 'key') return onKey(here, ready.key, true);
  const { player } = ready;
  const played = await player.play(session, keys);
  // Judged by what the keys meant while it was played, before the store tells what another has done to it.
  const next = played.kind === 'key' ? onKey(here, played.key, true) : toMenu();
  const enough = Math.min(heardMs, player.lengthMs / 2);
  if (played.kind !== 'gone' || player.positionMs >= enough) await noteHeard(here);
  return played.kind === 'gone' || played.kind === 'aborted' ? leave('end') : next;
}

function onKey(here: Here, key: string, playing: boolean): Step {
  const action = actionOf(menu, key, offers(here));
  here.session.deps.log.debug('key pressed', { menu: menu.name, key, action });
  return action === undefined ? toMenu(prompt('invalid-key')) : { go: 'do', action, playing };
}

async function ask(here: Here, first: readonly PlayItem[] = []): Promise<Step> {
  const { call, profile, deps } = here.session;
  const chosen = await choose(call, menu, {
    language: profile.language,
    deps,
    available: offers(here),
    first,
  });
  if (chosen === 'gone' || chosen === 'deaf') return leave('end');
  return { go: 'do', action: chosen, playing: false };
}

async function obey(here: Here, action: MessageAction, playing: boolean): Promise<Step> {
  const { session } = here;
  const player = here.hearing?.player;
  switch (action) {
    case 'play':
      player?.rewind();
      return { go: 'sound' };
    case 'save':
      return change(here, 'message-kept', () => session.deps.retrieval.save(here.message));
    case 'delete':
      if (here.message.state !== 'deleted') here.before = here.message.state;
      return change(here, 'message-deleted', () => session.deps.retrieval.remove(here.message));
    case 'restore':
      return change(here, 'message-restored', () =>
        session.deps.inbox.restore(here.message, here.before ?? 'heard'),
      );
    case 'answer':
      return answer(here);
    case 'details':
      return toMenu(...(await details(session, here.message)));
    case 'next':
      return leave('next');
    case 'back':
      player?.move(-skipMs);
      return { go: 'sound' };
    case 'forward':
      player?.move(skipMs);
      return player?.over === true ? toMenu() : { go: 'sound' };
    case 'pause':
      return pause(here, playing);
    case 'more':
      return afterMore(here);
    case 'up':
      return leave('up');
    case 'end':
      return leave('end');
  }
}

async function afterMore(here: Here): Promise<Step> {
  const { session } = here;
  const { inbox } = session.deps;
  const player = here.hearing?.player;
  // A speed is chosen for what is there to be played.
  const available = offers(here).filter((one) => one !== 'has-sound' || player !== undefined);
  const wish = await moreDialogue(session, player, available);
  switch (wish) {
    case 'sound':
    case 'menu':
      return wish === 'sound' ? { go: 'sound' } : toMenu();
    case 'not-now':
    case 'invalid-key':
      return toMenu(prompt(wish));
    case 'previous':
    case 'end':
      return leave(wish);
    case 'mark-urgent':
      return change(here, 'marked-urgent', () => inbox.setUrgent(here.message, true));
    case 'mark-normal':
      return change(here, 'marked-normal', () => inbox.setUrgent(here.message, false));
  }
}

/** Changes the message in the store and says so; it may be gone by another's hand. */
async function change(here: Here, said: PromptName, work: () => Promise<Message | undefined>): Promise<Step> {
  const done = await attempt(here.session, work, here.message);
  if (done === 'failed') return toMenu(prompt('not-now'));
  if (done.value === undefined) return toMenu(prompt('reference-deleted'));
  here.message = done.value;
  return toMenu(prompt(said));
}

async function answer(here: Here): Promise<Step> {
  const { call, deps, mailbox } = here.session;
  const found = await attempt(here.session, mailbox, here.message);
  if (found === 'failed' || found.value === undefined) return toMenu(prompt('not-now'));
  const end = await answerDialogue(call, found.value, here.message, deps);
  return end === 'gone' ? leave('end') : toMenu();
}

/** While it plays: holds it. Otherwise goes on, from the beginning if it was over. */
async function pause(here: Here, playing: boolean): Promise<Step> {
  const { session } = here;
  const player = here.hearing?.player;
  if (playing) {
    const key = await waitPaused(session.call, session.profile.language, keys);
    if (key === 'gone') return leave('end');
    if (key === undefined) return toMenu();
    const next = onKey(here, key, false);
    if (next.go !== 'do' || next.action !== 'pause') return next;
  }
  if (player?.over === true) player.rewind();
  return { go: 'sound' };
}

/** A store that is away must not end the call of someone who has just heard the message. */
async function noteHeard(here: Here): Promise<void> {
  const { session } = here;
  if (here.message.state !== 'new') return session.deps.retrieval.accessed(here.message);
  const noted = await attempt(session, () => session.deps.retrieval.heard(here.message), here.message);
  if (noted !== 'failed') here.message = noted.value ?? here.message;
}

/** What holds for the message now. */
function offers({ session, message, hearing }: Here): Condition[] {
  return [
    ...conditions(session),
    ...(hearing === undefined || hearing.lost ? [] : ['has-sound' as const]),
    ...(senderDigits(message) === '' ? [] : ['sender-known' as const]),
    message.state === 'deleted' ? 'deleted' : 'kept',
    message.urgent ? 'urgent' : 'not-urgent',
    session.inMailbox ? 'in-mailbox' : 'alone',
  ];
}

function toMenu(...first: readonly PlayItem[]): Step {
  return { go: 'menu', first };
}

function leave(to: Leaving): Step {
  return { go: 'leave', to };
}
