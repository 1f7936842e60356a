/** Whether a subscriber may be connected to a number. */
import type { NumberFacts } from '../address/number-facts.ts';
import type { Destination, TollRule, TollTable } from '../profile/toll-table.ts';

export type TollVerdict =
  | { readonly kind: 'allowed' }
  /** `never`: no table can allow it. `rule`: a rule denies it. `no-rule`: none allows it. */
  | { readonly kind: 'denied'; readonly why: 'never' | 'rule' | 'no-rule' };

/**
 * Of the rules that match, those with the longest prefix decide; of these one that denies goes before one that allows.
 * Without a match the call is denied. A rule that allows asks what the number is for certain, one that denies what it may
 * be. Numbers of unknown kind are allowed by rules with a prefix alone, premium-rate numbers and the like by rules that say
 * `premium` besides: a prefix of a whole country opens none of them.
 * @param table rules only: the daily limit is counted elsewhere
 */
export function judgeToll(table: Pick<TollTable, 'rules'>, number: string, facts: NumberFacts): TollVerdict {
  if (facts.never) return { kind: 'denied', why: 'never' };
  let longest = -1;
  let allow = false;
  for (const rule of table.rules) {
    if (!matches(rule, number, facts)) continue;
    const length = rule.prefix?.length ?? 0;
    if (length > longest) {
      longest = length;
      allow = rule.allow;
    } else if (length === longest) allow &&= rule.allow;
  }
  if (longest < 0) return { kind: 'denied', why: 'no-rule' };
  return allow ? { kind: 'allowed' } : { kind: 'denied', why: 'rule' };
}

/**
 * The same with an allowance for everybody.
 * @param callable prefixes that all may call where no rule of their table says anything; it opens no premium-rate numbers
 */
export function judgeCall(
  table: Pick<TollTable, 'rules'>,
  callable: readonly string[],
  number: string,
  facts: NumberFacts,
): TollVerdict {
  const verdict = judgeToll(table, number, facts);
  const forAll =
    verdict.kind === 'denied' &&
    verdict.why === 'no-rule' &&
    !facts.is.includes('premium') &&
    callable.some((prefix) => number.startsWith(prefix));
  return forAll ? { kind: 'allowed' } : verdict;
}

function matches(rule: TollRule, number: string, facts: NumberFacts): boolean {
  const { allow, prefix, destination } = rule;
  if (prefix === undefined && destination === undefined) return false;
  if (prefix !== undefined && !number.startsWith(prefix)) return false;
  if (!allow) return destination === undefined || is(facts, destination) || facts.maybe.includes(destination);
  if (facts.is.includes('premium')) return prefix !== undefined && destination === 'premium';
  if (prefix === undefined && facts.is.length === 0) return false;
  return destination === undefined || is(facts, destination);
}

function is(facts: NumberFacts, destination: Destination): boolean {
  return facts.is.includes(destination);
}
