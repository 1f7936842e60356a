/** A subscriber hears messages: the one a reference names at once, then again, save, delete, call the sender, next. */
import type { Message } from '../core/message/message.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Call } from '../ports/media.ts';
import { tell, type FlowDeps, type Outcome } from './flow.ts';
import { playMessages } from './mailbox/messages.ts';
import type { Session } from './mailbox/session.ts';

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
