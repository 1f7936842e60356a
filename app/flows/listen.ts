/** A subscriber hears messages: the one a reference names at once, then again, save, delete, call the sender, next. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import { referenceLength } from '../core/reference/reference.ts';
import type { Call } from '../ports/media.ts';
import type { Asker, OpenResult } from '../services/retrieve.ts';
import { prompt, tell, type Caller, type FlowDeps, type Outcome } from './flow.ts';
import { playMessages } from './mailbox/messages.ts';
import type { Session } from './mailbox/session.ts';

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

/** Plays the message at once and offers what can be done with it, then the next new ones, until the caller is done. */
export async function playDialogue(
  call: Call,
  first: Message,
  profile: ClassOfService,
  deps: FlowDeps,
  sound?: Awaited<ReturnType<FlowDeps['retrieval']['sound']>>,
): Promise<Outcome> {
  const session: Session = {
    call,
    profile,
    deps,
    inMailbox: false,
    mailbox: () => deps.retrieval.mailboxOf(first),
    speed: 1,
  };
  const folder = { states: ['new'], order: 'oldest' } as const;
  await playMessages(session, { folder, first, atOnce: true, sound });
  if (!call.gone.aborted) await tell(call, profile.language, 'goodbye');
  return { did: 'listen', message: first.id, mailbox: first.mailbox };
}
