import type { Call } from '../../ports/media.ts';
import type { Leg } from './leg.ts';

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
  const said = await leg.line.api(`uuid_bridge ${leg.id} ${other.id}`);
  // A party that left meanwhile is told of by its own events.
  if (!said.startsWith('+OK')) leg.log.warn('the calls could not be connected', { said: said.trim() });
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
