import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Destination } from '../profile/toll-table.ts';
import { isCostly } from './costly.ts';
import type { NumberPlan } from './number-plan.ts';

/** What a number is, for those who decide whether to call it. */
export interface NumberFacts {
  /** What it is for certain. Empty: of no kind that the tables of the world's numbers know. */
  readonly is: readonly Destination[];
  /** What it may be besides; never one of `is`. */
  readonly maybe: readonly Destination[];
  /** Nothing that a network would connect, or something that it must not by mistake: an emergency or short code. */
  readonly never: boolean;
}

/** What of the number plan is asked. */
export type FactsPlan = Pick<NumberPlan, 'parse' | 'classOf' | 'isAccess' | 'country' | 'costly'>;

/** Service codes 211 to 911 where an area code would be: a switch that takes the country code off would dial them. */
const serviceCode = /^\+1[2-9]11/;

/** Weighs a number against the plan and the tables of libphonenumber. `number` is E.164. */
export function numberFacts(number: string, plan: FactsPlan): NumberFacts {
  const parsed = plan.parse(number);
  if (parsed === undefined || plan.isAccess(parsed)) return { is: [], maybe: [], never: true };
  if (plan.classOf(parsed) !== undefined) return { is: ['internal'], maybe: [], never: false };
  const known = parsePhoneNumberFromString(parsed);
  // A calling code that nobody has is unknown; one that has no numbers of this length is none that could be dialled.
  const never = serviceCode.test(parsed) || (known !== undefined && !known.isPossible());
  const type = known?.getType();
  const country = known?.country;
  const where = country === plan.country ? 'national' : 'international';
  // Satellite networks and the like have no country, and prices of their own.
  if (type === undefined || country === undefined)
    return { is: [], maybe: [where, 'mobile', 'premium'], never };
  if (isCostly(type, plan.costly)) return { is: ['premium'], maybe: [where], never };
  if (type === 'MOBILE' && where === 'national') return { is: ['national', 'mobile'], maybe: [], never };
  const mayMove = type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE';
  return { is: [where], maybe: mayMove ? ['mobile'] : [], never };
}
