/** One message: it is announced and played, and the message menu does what can be done with it. */
import { actionOf, type Condition } from '../../core/menu/menu.ts';
import { message as menu, type MessageAction } from '../../core/menu/menus.ts';
import type { Message, MessageState } from '../../core/message/message.ts';
import type { PlayItem, StoredSound } from '../../core/prompt/play-item.ts';
import type { PromptName } from '../../core/prompt/prompt-name.ts';
import { prompt, say } from '../flow.ts';
import { choose } from '../menu.ts';
import { announcement, details, hasSound, lengthOf, senderDigits } from './about.ts';
import { answerDialogue } from './answer.ts';
import { moreDialogue } from './more.ts';
import { waitPaused } from './pause.ts';
import { Player, skipMs } from './player.ts';
import { attempt, conditions, type Session } from './session.ts';

/** Of a message that is longer, so much must have been played for it to count as heard when the caller hangs up. */
const heardMs = 3000;
/** Keys that stop a message. The `#` is not one: it may still follow a reference that was dialled. */
const keys = '0123456789*';

/** How a message is left; `end`: the call is to be ended. */
export type Leaving = 'next' | 'previous' | 'up' | 'end';

export interface Visit {
  /** `menu` = straight to the keys, as after a wish that could not be fulfilled. */
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
  readonly player: Player | undefined;
  message: Message;
  /** What it was before it was deleted in this visit. */
  before?: Exclude<MessageState, 'deleted'>;
}

/** Lets the subscriber hear the message and act on it until they leave it. */
export async function messageDialogue(session: Session, message: Message, visit: Visit): Promise<Leaving> {
  const [sound, announced] = await Promise.all([
    soundOf(session, message, visit),
    visit.start === 'announced' ? announcement(session, message) : [],
  ]);
  const player = Array.isArray(sound) ? new Player(sound, lengthOf(message)) : undefined;
  const here: Here = { session, message, player };
  let step: Step = typeof sound === 'string' ? toMenu(prompt(sound)) : await begin(here, visit, announced);
  while (step.go !== 'leave') {
    if (step.go === 'sound') step = await listen(here);
    else if (step.go === 'menu') step = await ask(here, step.first);
    else step = await obey(here, step.action, step.playing);
  }
  return step.to;
}

/** The sound; `undefined` if the message is of a kind without, or a prompt that says what is wrong. */
async function soundOf(
  session: Session,
  message: Message,
  { sound }: Visit,
): Promise<readonly StoredSound[] | undefined | PromptName> {
  if (sound !== undefined || !hasSound(message)) return sound;
  const found = await attempt(session, () => session.deps.retrieval.sound(message), message);
  if (found === 'failed') return 'not-now';
  if (found.value !== undefined) return found.value;
  session.deps.log.error('a message has lost its sound', { message: message.id });
  return 'reference-deleted';
}

async function begin(here: Here, { start, first }: Visit, announced: readonly PlayItem[]): Promise<Step> {
  const { session, message, player } = here;
  if (start === 'menu') return toMenu(...(first ?? []));
  if (start === 'announced') {
    const { call, profile } = session;
    const said = await call.play(announced, { language: profile.language, until: keys });
    if (said.kind === 'gone' || said.kind === 'aborted') return leave('end');
    // Who wants no more than the announcement has not heard the message, unless there is no more to it.
    if (player === undefined) await noteHeard(here);
    if (said.kind === 'key') return onKey(here, said.key, true);
  } else if (message.urgent) {
    await say(session.call, { language: session.profile.language, drop: '#' }, prompt('urgent-message'));
  }
  return player === undefined ? toMenu() : { go: 'sound' };
}

/** Plays on from where the message is. */
async function listen(here: Here): Promise<Step> {
  const { player, session, message } = here;
  if (player === undefined) return toMenu(prompt('invalid-key'));
  const played = await player.play(session, keys);
  // Judged by what the keys meant while it was played, before the store tells what another has done to it.
  const next = played.kind === 'key' ? onKey(here, played.key, true) : toMenu();
  const enough = Math.min(heardMs, lengthOf(message) / 2);
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
  const { session, player } = here;
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
  const { session, player } = here;
  const { inbox } = session.deps;
  const wish = await moreDialogue(session, player, offers(here));
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
  const { session, player } = here;
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
  if (here.message.state !== 'new') return;
  const { session } = here;
  const noted = await attempt(session, () => session.deps.retrieval.heard(here.message), here.message);
  if (noted !== 'failed') here.message = noted.value ?? here.message;
}

/** What holds for the message now. */
function offers({ session, message, player }: Here): Condition[] {
  return [
    ...conditions(session),
    ...(player === undefined ? [] : ['has-sound' as const]),
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
