import { numberFacts, type FactsPlan } from '../address/number-facts.ts';

/** Whether texts may go to a number that is not a subscriber's own: to none that costs more than others, or is no number. */
export function mayBeTexted(number: string, plan: FactsPlan): boolean {
  const { is, never } = numberFacts(number, plan);
  return !never && !is.includes('premium');
}
