/** Connects a subscriber with the person who left a message. */
import type { Message } from '../core/message/message.ts';
import type { Call, DialResult } from '../ports/media.ts';
import { tell, type FlowDeps } from './flow.ts';

export async function connectSender(
  call: Call,
  message: Message,
  language: string,
  deps: FlowDeps,
): Promise<void> {
  const sender = message.envelope.from;
  const number = sender.private ? undefined : sender.number;
  if (number === undefined || !deps.mayCall(number)) {
    await tell(call, language, 'cannot-call-sender');
    return;
  }
  await tell(call, language, 'calling-sender');
  const result = await deps.media.dial(
    { number },
    { callerNumber: deps.access, ringSeconds: deps.ringSeconds, signal: call.gone },
  );
  if (result.kind === 'answered') {
    await using other = result.call;
    await call.bridge(other);
    return;
  }
  await tell(call, language, failure(result));
}

function failure(
  result: Exclude<DialResult, { kind: 'answered' }>,
): 'sender-busy' | 'sender-no-answer' | 'cannot-call-sender' {
  if (result.kind === 'busy') return 'sender-busy';
  return result.kind === 'no-answer' ? 'sender-no-answer' : 'cannot-call-sender';
}
