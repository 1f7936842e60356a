import type { Subscriber } from '../../api/operator.ts';
import { spaced } from '../../words/times.ts';

/** What people call a subscriber. */
export function nameOf({ name, number }: Pick<Subscriber, 'name' | 'number'>): string {
  return name ?? spaced(number);
}
