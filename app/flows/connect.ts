/** Connects a subscriber with somebody at the operator's cost: the sender of a message, the operator. */
import { isTemporary } from '../core/errors.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import type { Call, DialResult } from '../ports/media.ts';
import type { TollAnswer } from '../services/tolls.ts';
import { prompt, say, tell, type FlowDeps } from './flow.ts';

export interface Connecting {
  /** As a network wrote it, or E.164. */
  readonly number: string;
  readonly mailbox: Mailbox;
  readonly language: string;
  /** As whom the far side is spoken of. */
  readonly as: 'sender' | 'operator';
  /** Message that it is about, for the call detail record. */
  readonly message?: string;
}

export type Connected =
  /** They have spoken, and the far side hung up. */
  | 'connected'
  /** The toll rules do not let the call through or cannot be asked now, or it is no number; that was said. */
  | 'refused'
  /** Busy, away, or not reached; that was said. */
  | 'not-reached'
  | 'gone';

/** Asks the toll rules, says what is wrong or who is called, dials, and connects until one of the two hangs up. */
export async function connectTo(call: Call, to: Connecting, deps: FlowDeps): Promise<Connected> {
  const { language, as } = to;
  const answer = await askTolls(to, deps);
  const number = deps.plan.parse(to.number);
  if (answer !== 'allowed' || number === undefined) {
    await say(call, { language }, prompt(refusals[answer === 'allowed' ? 'not-a-number' : answer]));
    return call.gone.aborted ? 'gone' : 'refused';
  }
  await tell(call, language, calling[as]);
  const leg = {
    src: to.mailbox.number,
    dst: number,
    clid: deps.access,
    outcome: `connect-${as}`,
    accountcode: to.mailbox.id,
    message: to.message,
  };
  const result = await deps.account.dial(leg, () =>
    deps.media.dial(
      { number },
      { callerNumber: deps.access, ringSeconds: deps.ringSeconds, signal: call.gone },
    ),
  );
  if (result.kind !== 'answered') {
    if (call.gone.aborted) return 'gone';
    await say(call, { language }, prompt(failure(result, as)));
    return call.gone.aborted ? 'gone' : 'not-reached';
  }
  return converse(call, result.call, { ...to, number }, deps);
}

/** A store that is away must not end the call of who wishes to be connected. */
async function askTolls(
  { mailbox, number }: Connecting,
  { tolls, log }: FlowDeps,
): Promise<TollAnswer | 'not-now'> {
  try {
    return await tolls.use(mailbox, number);
  } catch (error) {
    if (!isTemporary(error)) throw error;
    log.warn('a call out could not be judged now', { error });
    return 'not-now';
  }
}

/** The far side of a message. Whoever hears it is told if there is nobody to call. */
export async function connectSender(
  call: Call,
  mailbox: Mailbox,
  message: Message,
  language: string,
  deps: FlowDeps,
): Promise<void> {
  const { from } = message.envelope;
  if (from.private || from.number === undefined) {
    await say(call, { language }, prompt('cannot-call-sender'));
    return;
  }
  await connectTo(call, { number: from.number, mailbox, language, as: 'sender', message: message.id }, deps);
}

async function converse(call: Call, other: Call, to: Connecting, deps: FlowDeps): Promise<Connected> {
  try {
    return (await call.bridge(other)) === 'gone' ? 'gone' : 'connected';
  } finally {
    await other.hangup().catch((error: unknown) => deps.log.warn('the call could not be ended', { error }));
    deps.account.call(other, {
      direction: 'outbound',
      src: to.mailbox.number,
      dst: to.number,
      outcome: `connect-${to.as}`,
      accountcode: to.mailbox.id,
      ...(to.message === undefined ? {} : { message: to.message }),
    });
  }
}

type Unanswered = Exclude<DialResult, { kind: 'answered' }>;

const refusals: Readonly<Record<Exclude<TollAnswer, 'allowed'> | 'not-now', PromptName>> = {
  denied: 'call-denied',
  'daily-limit': 'call-limit',
  'not-a-number': 'cannot-call-sender',
  'not-now': 'not-now',
};

const calling = { sender: 'calling-sender', operator: 'calling-operator' } as const;

function failure(result: Unanswered, as: Connecting['as']): PromptName {
  if (result.kind === 'busy') return as === 'sender' ? 'sender-busy' : 'operator-busy';
  if (result.kind === 'no-answer') return as === 'sender' ? 'sender-no-answer' : 'operator-no-answer';
  return as === 'sender' ? 'cannot-call-sender' : 'cannot-call-operator';
}
