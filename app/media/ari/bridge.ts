import { Fault } from '../../core/errors.ts';
import type { Call } from '../../ports/media.ts';
import type { Leg } from './leg.ts';
import { after } from '../parts/timer.ts';

/** Ids of our bridges begin so: what a crash left is told from what others made. No application has a dot in its name. */
export function bridgePrefix(app: string): string {
  return `${app}.bridge-`;
}

/** So long after the switch refused because a party left, its end may still come, in milliseconds. */
const endMs = 500;

/** Connects a leg with another call until one of them is gone; a leg that stays can be played to again. */
export async function bridge(leg: Leg, other: Call, app: string): Promise<'gone' | 'other-gone'> {
  const id = `${bridgePrefix(app)}${leg.newId('x')}`;
  const over = () => (leg.gone.aborted ? 'gone' : other.gone.aborted ? 'other-gone' : undefined);
  const early = over();
  if (early !== undefined) return early;
  if (
    (await leg.command({
      method: 'POST',
      uri: 'bridges',
      query: { type: 'mixing', bridgeId: id },
      makes: `bridges/${id}`,
    })) === 'gone'
  ) {
    return 'gone';
  }
  try {
    await leg.ask('POST', `bridges/${id}/addChannel`, { channel: leg.id });
    await leg.ask('POST', `bridges/${id}/addChannel`, { channel: other.id });
    return await new Promise((resolve) => {
      const check = () => {
        const result = over();
        if (result === undefined) return;
        leg.gone.removeEventListener('abort', check);
        other.gone.removeEventListener('abort', check);
        resolve(result);
      };
      leg.gone.addEventListener('abort', check);
      other.gone.addEventListener('abort', check);
      check();
    });
  } catch (error) {
    // A party that leaves now makes the switch refuse before it tells of the end.
    await Promise.race([leg.goneWithin(endMs), goneWithin(other, endMs)]);
    const ended = over();
    if (ended !== undefined) return ended;
    throw error instanceof Fault
      ? error
      : new Fault('media-failed', 'the calls could not be connected', { temporary: true, cause: error });
  } finally {
    leg.keys.clear();
    // Taken out first, by a command in line with what is played next: ending the bridge alone comes at any time, and a
    // prompt that was begun before it is lost.
    if (!leg.gone.aborted) leg.tell('POST', `bridges/${id}/removeChannel`, { channel: leg.id });
    leg.tell('DELETE', `bridges/${id}`);
  }
}

function goneWithin(other: Call, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      other.gone.removeEventListener('abort', done);
      resolve();
    };
    const cancel = after(ms, done);
    other.gone.addEventListener('abort', done);
    if (other.gone.aborted) done();
  });
}
