/** Records what a subscriber says to others: it is no message until it is sent, and lost with its call. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import { writeTag, type RecordingUse } from '../../core/message/recording-tag.ts';
import type { Call, Take } from '../../ports/media.ts';
import type { FlowDeps } from '../flow.ts';
import { speechOf } from '../spoken.ts';
import type { Session } from './session.ts';

export interface OwnRecording {
  readonly mailbox: Mailbox;
  readonly use: RecordingUse;
  readonly maxSeconds: number;
}

/** Recordings of a call so far. */
const counts = new WeakMap<Call, number>();

/**
 * Records after a tone, up to `#`, silence or the limit.
 * @returns the take, to be discarded when it is safe elsewhere or not wanted; `nothing` if nothing was said
 */
export async function recordOwn(
  { call, profile, deps }: Session,
  { mailbox, use, maxSeconds }: OwnRecording,
): Promise<Take | 'nothing' | 'gone'> {
  const result = await call.record({
    tag: ownTag(call, mailbox, use, deps),
    maxSeconds,
    maxSilenceSeconds: profile.maxSilenceSeconds,
    terminators: '#',
    beep: true,
  });
  const spoken = result.kind === 'gone' ? undefined : await speechOf(result.take, profile);
  if (spoken !== undefined) return spoken.take;
  if (result.take !== undefined) await discardOwn(result.take, deps);
  return result.kind === 'gone' ? 'gone' : 'nothing';
}

/** Names a recording, or something else that a subscriber makes in a call, as no other of that call is named. */
export function ownTag(call: Call, mailbox: Mailbox, use: RecordingUse, deps: FlowDeps): string {
  const n = counts.get(call) ?? firstNumber(call, deps);
  counts.set(call, n + 1);
  return writeTag({ use, called: mailbox.number, started: call.started, callId: call.id, n });
}

/** What an earlier controller counted in this call is less than the seconds of it. */
function firstNumber(call: Call, { clock }: FlowDeps): number {
  if (call.entry.kind !== 'resumed') return 0;
  return Math.max(1, Math.ceil((clock.now().getTime() - call.started.getTime()) / 1000));
}

/** One that stays behind is found at the switch, and removed. */
export async function discardOwn(take: Take, { log }: Pick<FlowDeps, 'log'>): Promise<void> {
  try {
    await take.discard();
  } catch (error) {
    log.warn('a recording stays on the switch for now', { error });
  }
}
