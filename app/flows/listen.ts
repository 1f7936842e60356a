/** A subscriber hears messages: the one a reference names at once, then again, save, delete, call the sender, next. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import { referenceLength } from '../core/reference/reference.ts';
import type { Call } from '../ports/media.ts';
import type { Asker, OpenResult } from '../services/retrieve.ts';
import { connectSender } from './connect.ts';
import { told } from './menu.ts';
import { message } from '../core/menu/menus.ts';
import { prompt, tell, type Caller, type FlowDeps, type Outcome } from './flow.ts';

const menuKeys = '1234560*';
/** Unanswered menus before the call ends. */
const patience = 2;
/** Of a message that is longer, so much must have been played for it to count as heard when the caller hangs up. */
const heardMs = 3000;

/** The access number: asks for a reference and plays its message. */
export async function accessDialogue(call: Call, caller: Caller, deps: FlowDeps): Promise<Outcome> {
  await call.answer();
  const { language } = deps;
  for (let tries = 0; tries < deps.referenceTries; tries += 1) {
    await dropHash(call, language);
    const typed = await call.gather({
      language,
      items: [prompt('enter-reference')],
      judge: (digits) => {
        const rest = afterHash(digits);
        return rest.endsWith('#') || rest.length >= referenceLength ? 'complete' : undefined;
      },
      firstDigitMs: 8000,
      nextDigitMs: 4000,
    });
    if (typed.kind === 'gone' || typed.kind === 'aborted') return { did: 'abandoned' };
    const reference = afterHash(typed.digits).replaceAll('#', '');
    if (reference === '') continue;
    const opened = await deps.retrieval.open(reference, asker(call, caller));
    if (opened.kind === 'open')
      return playDialogue(call, opened.message, profileOf(opened.mailbox, deps), deps);
    await tell(call, language, problem[opened.kind]);
    if (opened.kind === 'locked') return { did: 'refused' };
  }
  await tell(call, language, 'goodbye');
  return { did: 'refused' };
}

/** The `#` that closed a reference came after its last digit; left there, it would cut the next prompt short. */
async function dropHash(call: Call, language: string): Promise<void> {
  await call.play([], { language, until: '#' });
}

/** The `#` that closed the reference before is not the beginning of the next. */
function afterHash(digits: string): string {
  return digits.replace(/^#+/, '');
}

/** The reference was dialled as the user part of the request URI; it is judged while the call is not yet answered. */
export async function referenceDialogue(
  call: Call,
  reference: string,
  caller: Caller,
  deps: FlowDeps,
): Promise<Outcome> {
  const opened = await deps.retrieval.open(reference, asker(call, caller));
  if (opened.kind !== 'open') {
    await call.answer();
    await tell(call, deps.language, problem[opened.kind], 'goodbye');
    return { did: 'refused' };
  }
  const sound = await deps.retrieval.sound(opened.message);
  await call.answer();
  return playDialogue(call, opened.message, profileOf(opened.mailbox, deps), deps, sound);
}

const problem: Readonly<Record<Exclude<OpenResult['kind'], 'open'>, PromptName>> = {
  wrong: 'reference-wrong',
  expired: 'reference-expired',
  deleted: 'reference-deleted',
  'not-yours': 'reference-not-yours',
  locked: 'reference-locked',
};

function profileOf(mailbox: Mailbox, deps: FlowDeps): ClassOfService {
  return deps.profiles.of(mailbox);
}

function asker(call: Call, caller: Caller): Asker {
  return {
    // A number that cannot be believed must not lock out its owner.
    key:
      caller.trusted && caller.number !== undefined
        ? caller.number
        : `${call.facts.trunk}:${caller.number ?? ''}`,
    // A trusted caller's number is an E.164 number, by core/address/identify-caller.
    ...(caller.trusted && caller.number !== undefined ? { number: caller.number } : {}),
    trusted: caller.trusted,
  };
}

/** Plays the message and offers what can be done with it, then the next new ones, until the caller is done. */
export async function playDialogue(
  call: Call,
  first: Message,
  profile: ClassOfService,
  deps: FlowDeps,
  ready?: Sounds,
): Promise<Outcome> {
  const { language } = profile;
  let message: Message | undefined = first;
  let sound = ready;
  while (message !== undefined) {
    const next = await oneMessage(call, message, profile, deps, sound);
    sound = undefined;
    if (next === 'end') break;
    message = await deps.retrieval.next(message.mailbox, message);
    if (message === undefined) await tell(call, language, 'no-more-messages');
  }
  if (!call.gone.aborted) await tell(call, language, 'goodbye');
  return { did: 'listen', message: first.id, mailbox: first.mailbox };
}

type Sounds = Awaited<ReturnType<FlowDeps['retrieval']['sound']>>;

async function oneMessage(
  call: Call,
  message: Message,
  profile: ClassOfService,
  deps: FlowDeps,
  ready: Sounds,
): Promise<'next' | 'end'> {
  const { language } = profile;
  let key = await playSound(call, message, language, deps, ready);
  for (let unanswered = 0; unanswered < patience;) {
    key ??= await menu(call, language);
    if (key === 'gone') return 'end';
    switch (key) {
      case '1':
        key = await playSound(call, message, language, deps, undefined);
        unanswered = 0;
        continue;
      case '2':
        await deps.retrieval.save(message);
        await tell(call, language, 'message-kept');
        break;
      case '3':
        await deps.retrieval.remove(message);
        await tell(call, language, 'message-deleted');
        break;
      case '4':
        await connectSender(call, message, language, deps);
        break;
      case '5':
        await call.play(aboutMessage(message, profile, deps), { language, until: menuKeys });
        break;
      case '6':
        return 'next';
      case '0':
      case '*':
        return 'end';
      case undefined:
        unanswered += 1;
        continue;
      default:
        await tell(call, language, 'invalid-key');
        unanswered += 1;
        key = undefined;
        continue;
    }
    key = undefined;
    unanswered = 0;
  }
  return 'end';
}

type Key = string | undefined;

async function menu(call: Call, language: string): Promise<Key> {
  await dropHash(call, language);
  const choice = await call.gather({
    language,
    items: told(message, ['kept', 'has-sound', 'alone'], false),
    // A `#` may still be there from the dialled reference.
    judge: (digits) => (digits.replaceAll('#', '') === '' ? undefined : 'complete'),
    firstDigitMs: 5000,
    nextDigitMs: 5000,
  });
  if (choice.kind === 'gone' || choice.kind === 'aborted') return 'gone';
  return choice.digits.replaceAll('#', '').at(-1);
}

/** Plays the message; answers the key that stopped it, `gone`, or undefined when it was played out. */
async function playSound(
  call: Call,
  message: Message,
  language: string,
  deps: FlowDeps,
  ready: Sounds,
): Promise<Key> {
  const sounds = ready ?? (await deps.retrieval.sound(message));
  if (sounds === undefined) {
    deps.log.error('a message has lost its sound', { message: message.id });
    await tell(call, language, 'reference-deleted');
    return undefined;
  }
  const started = deps.clock.now().getTime();
  const items: PlayItem[] = [
    ...(message.envelope.urgent ? [prompt('urgent-message')] : []),
    ...sounds.map((media): PlayItem => ({ kind: 'stored', media })),
  ];
  const played = await call.play(items, { language, until: menuKeys });
  const playedMs = deps.clock.now().getTime() - started;
  const lengthMs = message.envelope.parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0);
  if (played.kind !== 'gone' || playedMs >= Math.min(heardMs, lengthMs / 2)) await noteHeard(message, deps);
  if (played.kind === 'key') return played.key;
  return played.kind === 'done' ? undefined : 'gone';
}

/** A store that is away must not end the call of someone who has just heard the message. */
async function noteHeard(message: Message, deps: FlowDeps): Promise<void> {
  try {
    await deps.retrieval.heard(message);
  } catch (error) {
    deps.log.warn('a message was heard and the store does not know', { error, message: message.id });
  }
}

/** Who left it and when, in the subscriber's zone. */
function aboutMessage(message: Message, { timeZone }: ClassOfService, deps: FlowDeps): PlayItem[] {
  const { from, received } = message.envelope;
  const digits = from.number?.replace(/\D/g, '') ?? '';
  const who: PlayItem[] = from.private
    ? [prompt('message-from-private')]
    : digits === ''
      ? [prompt('message-from-unknown')]
      : [prompt('message-from'), { kind: 'digits', digits }];
  return [...who, prompt('received'), { kind: 'time', at: received, now: deps.clock.now(), timeZone }];
}
