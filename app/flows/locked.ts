import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import { prompt, say, type FlowDeps } from './flow.ts';

const minuteMs = 60_000;
/** Waits beyond this are told in hours, in minutes. */
const mostMinutes = 90;

/** Most keys that a line keeps. */
const mostKept = 64;

/**
 * Says plainly that there were too many wrong PINs and how long it is until the next is judged; rounded up. PINs typed
 * ahead are forgotten: they would cut this short.
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
  await forgetKeys(call, language);
  await say(call, { language }, ...before, prompt('pin-locked'), prompt('try-again-in'), wait);
}

async function forgetKeys(call: Call, language: string): Promise<void> {
  for (let n = 0; n < mostKept; n += 1) {
    const { kind } = await call.play([], { language, until: 'any' });
    if (kind !== 'key') return;
  }
}
