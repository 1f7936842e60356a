import type { TollTable } from '../profile/toll-table.ts';

export interface TollProblem {
  /** Place of the rule; absent where the table as a whole is meant. */
  readonly rule?: number;
  readonly what:
    | 'no-condition'
    | 'bad-prefix'
    | 'premium-needs-prefix'
    | 'contradicts'
    | 'bad-limit'
    | 'too-many-rules';
}

/** More than any operator writes by hand; every call out walks them. */
const mostRules = 1000;

/** What is wrong with a table, before it is kept; nothing = it may be. */
export function tollProblems(table: TollTable): TollProblem[] {
  const { rules, dailyCalls } = table;
  const problems: TollProblem[] = [];
  if (!Number.isInteger(dailyCalls) || dailyCalls < 0) problems.push({ what: 'bad-limit' });
  if (rules.length > mostRules) problems.push({ what: 'too-many-rules' });
  const seen = new Map<string, boolean>();
  rules.forEach(({ allow, prefix, destination }, rule) => {
    const key = `${prefix ?? ''} ${destination ?? ''}`;
    if (prefix === undefined && destination === undefined) problems.push({ rule, what: 'no-condition' });
    else if (prefix !== undefined && !/^\+\d{1,15}$/.test(prefix))
      problems.push({ rule, what: 'bad-prefix' });
    else if (allow && destination === 'premium' && prefix === undefined)
      problems.push({ rule, what: 'premium-needs-prefix' });
    else if ((seen.get(key) ?? allow) !== allow) problems.push({ rule, what: 'contradicts' });
    if (!seen.has(key)) seen.set(key, allow);
  });
  return problems;
}
