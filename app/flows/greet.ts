/** What a caller hears first, and the keys that work meanwhile: on to the tone, the owner's way in, the operator. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Call, PlayOptions, PlayResult } from '../ports/media.ts';
import { systemWelcome, type Welcome } from '../services/greetings.ts';
import { connectTo } from './connect.ts';
import type { Caller, FlowDeps, Outcome } from './flow.ts';
import { loginToMailbox } from './login.ts';

export interface Greeting {
  readonly caller: Caller;
  /** Without one there is neither an owner nor who pays for the operator's call. */
  readonly mailbox: Mailbox | undefined;
  readonly profile: ClassOfService;
  readonly welcome: Welcome;
  /** Offered by a welcome that takes no other message. */
  readonly urgentKey?: string | undefined;
}

export type Greeted =
  | { readonly kind: 'record'; readonly urgent: boolean }
  /** The greeting was all: no message is taken. */
  | { readonly kind: 'end' }
  /** The call came to something else. */
  | { readonly kind: 'over'; readonly outcome: Outcome };

export async function greet(call: Call, greeting: Greeting, deps: FlowDeps): Promise<Greeted> {
  const { mailbox, profile, welcome, urgentKey } = greeting;
  const { language, operator } = profile;
  const offered = mailbox === undefined ? '' : operator === undefined ? '*' : '*0';
  const until = `${welcome.takesMessage ? '#' : ''}${urgentKey ?? ''}${offered}`;
  const heard = await playWelcome(call, greeting, { language, until }, deps);
  if (heard.kind === 'gone') return { kind: 'over', outcome: { did: 'abandoned' } };
  if (heard.kind === 'key' && heard.key === urgentKey) return { kind: 'record', urgent: true };
  if (heard.kind === 'key' && mailbox !== undefined) {
    if (heard.key === '*') {
      return { kind: 'over', outcome: await loginToMailbox(call, mailbox, greeting.caller, deps) };
    }
    if (heard.key === '0' && operator !== undefined) {
      const connected = await connectTo(call, { number: operator, mailbox, language, as: 'operator' }, deps);
      if (connected === 'connected' || connected === 'gone') {
        return { kind: 'over', outcome: { did: 'connect', mailbox: mailbox.id } };
      }
    }
  }
  return welcome.takesMessage ? { kind: 'record', urgent: false } : { kind: 'end' };
}

/** A recorded greeting that the switch cannot play gives way to the system's own: a message can still be left. */
async function playWelcome(
  call: Call,
  { welcome, mailbox }: Greeting,
  options: PlayOptions,
  { log }: FlowDeps,
): Promise<PlayResult> {
  try {
    return await call.play(welcome.items, options);
  } catch (error) {
    if (welcome.items.every(({ kind }) => kind !== 'stored')) throw error;
    log.warn('a greeting could not be played', { error });
    return call.play(systemWelcome(mailbox).items, options);
  }
}
