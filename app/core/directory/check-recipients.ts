/** Whether texts may go where settings send them: the same is asked again when one is sent. */
import type { FactsPlan } from '../address/number-facts.ts';
import { mayBeTexted } from '../toll/may-be-texted.ts';
import { isRecord } from './check.ts';
import { problem, type Problem } from './problem.ts';

/** @param settings a change of the right form; what is of another form is left to whoever checks that */
export function checkRecipients(settings: unknown, plan: FactsPlan, prefix: 'settings.' | ''): Problem[] {
  if (!isRecord(settings)) return [];
  const { notify, addresses } = settings;
  const told = Array.isArray(notify)
    ? notify.map((rule, i) => [`${prefix}notify.${i}.to`, isRecord(rule) ? rule['to'] : undefined] as const)
    : [];
  const own = isRecord(addresses) ? addresses['sms'] : undefined;
  return [...told, [`${prefix}addresses.sms`, own] as const].flatMap(([field, to]) =>
    typeof to !== 'string' || plan.parse(to) === undefined || mayBeTexted(to, plan)
      ? []
      : [problem(field, 'not-for-texts', to, 'no access, emergency or premium-rate number')],
  );
}
