import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import { prompt, type FlowDeps } from './flow.ts';

const minuteMs = 60_000;
/** Waits beyond this are told in hours, in minutes. */
const mostMinutes = 90;

/** Most keys that a line keeps. */
const mostKept = 64;

/**
 * Says plainly that there were too many wrong PINs and how long it is until the next is judged; rounded up. Only `*`
 * cuts it short: who is still typing a PIN would never learn why the call ends.
 */
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
  const items = [...before, prompt('pin-locked'), prompt('try-again-in'), wait];
  await call.play(items, { language, until: '*' });
  await forgetKeys(call, language);
}

/** What was typed meanwhile is for nothing that comes now. */
async function forgetKeys(call: Call, language: string): Promise<void> {
  for (let n = 0; n < mostKept; n += 1) {
    const { kind } = await call.play([], { language, until: 'any' });
    if (kind !== 'key') return;
  }
}
