import type { Call } from '../../ports/media.ts';
import type { Leg } from './leg.ts';

/** So long after the switch refused because a party left, its end may still come, in milliseconds. */
const endMs = 500;

/** Connects a leg with another call until one of them is gone; the one that stays is parked and can be played to again. */
export async function bridge(leg: Leg, other: Call): Promise<'gone' | 'other-gone'> {
  const over = (): 'gone' | 'other-gone' | undefined =>
    leg.gone.aborted ? 'gone' : other.gone.aborted ? 'other-gone' : undefined;
  const early = over();
  if (early !== undefined) return early;
  for (const id of [leg.id, other.id]) {
    leg.line.tell(`api uuid_setvar ${id} hangup_after_bridge false`);
    leg.line.tell(`api uuid_setvar ${id} park_after_bridge true`);
  }
  try {
    await leg.line.api(`uuid_bridge ${leg.id} ${other.id}`);
  } catch (error) {
    // A party that leaves now makes the switch refuse before it tells of the end.
    await Promise.race([leg.goneWithin(endMs), ended(other.gone)]);
    const late = over();
    if (late !== undefined) return late;
    throw error;
  }
  return new Promise((resolve) => {
    const check = (): void => {
      const result = over();
      if (result === undefined) return;
      leg.gone.removeEventListener('abort', check);
      other.gone.removeEventListener('abort', check);
      leg.keys.clear();
      resolve(result);
    };
    leg.gone.addEventListener('abort', check);
    other.gone.addEventListener('abort', check);
    check();
  });
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
