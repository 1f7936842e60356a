import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import { prompt, say, type FlowDeps } from './flow.ts';

const minuteMs = 60_000;
/** Waits beyond this are told in hours, in minutes. */
const mostMinutes = 90;

/** Says plainly that there were too many wrong PINs and how long it is until the next is judged; rounded up. */
export async function sayLocked(
  call: Call,
  language: string,
  until: Date,
  deps: Pick<FlowDeps, 'clock'>,
  before: readonly PlayItem[] = [],
): Promise<void> {
  const minutes = Math.max(1, Math.ceil((until.getTime() - deps.clock.now().getTime()) / minuteMs));
  const wait: PlayItem =
    minutes <= mostMinutes
      ? { kind: 'count', value: minutes, noun: 'minute' }
      : { kind: 'count', value: Math.ceil(minutes / 60), noun: 'hour' };
  await say(call, { language }, ...before, prompt('pin-locked'), prompt('try-again-in'), wait);
}
