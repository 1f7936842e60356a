import { numberFacts, type FactsPlan } from '../address/number-facts.ts';
import type { ClassOfService } from '../profile/class-of-service.ts';
import { judgeCall } from '../toll/judge-toll.ts';
import { checkRecipients } from './check-recipients.ts';
import { problem, type Problem } from './problem.ts';

/**
 * Whether a class, right in its form, names numbers that are called or written to and may not be.
 * @param callable prefixes that all may call where no toll rule says anything
 */
export function checkClassNumbers(
  profile: Pick<ClassOfService, 'notify' | 'operator' | 'toll'>,
  plan: FactsPlan,
  callable: readonly string[],
): Problem[] {
  const { operator, toll } = profile;
  const allowed =
    operator === undefined ||
    judgeCall(toll, callable, operator, numberFacts(operator, plan)).kind === 'allowed';
  return [
    ...checkRecipients(profile, plan, ''),
    ...(allowed
      ? []
      : [problem('operator', 'not-callable', operator, 'a number that the toll rules of the class allow')]),
  ];
}
