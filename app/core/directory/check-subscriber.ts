/** Whether a subscriber can be kept so: numbers, class, settings. Whether a number is free the store alone knows. */
import type { E164 } from '../ids.ts';
import { mailboxStatuses } from '../mailbox/mailbox.ts';
import { checkRecipients } from './check-recipients.ts';
import { settings, type Known } from './check-settings.ts';
import { problem, type Problem } from './problem.ts';

/** As an operator gives it, of unknown form. */
export interface SubscriberInput {
  readonly number?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly classOfService?: string | undefined;
  readonly status?: string | undefined;
  readonly settings?: unknown;
}

/** @returns all that is wrong; numbers in the input may be written as people write them */
export function checkSubscriber(input: SubscriberInput, known: Known): Problem[] {
  const { number, aliases = [], classOfService, status } = input;
  return [
    ...(number === undefined ? [] : checkNumber(number, 'number', known, true)),
    ...aliases.flatMap((alias, i) => checkNumber(alias, `aliases.${i}`, known, false)),
    ...twice([number, ...aliases], known),
    ...(classOfService === undefined || known.classes.includes(classOfService)
      ? []
      : [problem('classOfService', 'unknown-class', classOfService, known.classes.join(', '))]),
    ...(status === undefined || mailboxStatuses.some((one) => one === status)
      ? []
      : [problem('status', 'bad-value', status, '`active`, `provisional`, `suspended`')]),
    ...(input.settings === undefined ? [] : settings(known)(input.settings, 'settings')),
    ...checkRecipients(input.settings, known.plan, 'settings.'),
  ];
}

/** The mailbox's own number must be one served here; an alias may be any number by which its subscriber calls. */
export function checkNumber(raw: string, field: string, { plan }: Known, own: boolean): Problem[] {
  const number = plan.parse(raw);
  if (number === undefined)
    return [problem(field, 'not-a-number', raw, 'a telephone number, as +12025550123')];
  if (plan.isAccess(number)) return [problem(field, 'access-number', raw, 'no access number')];
  if (own && plan.classOf(number) === undefined)
    return [problem(field, 'not-served', raw, 'a number in `numbers.ranges`')];
  return [];
}

/** Numbers as they are kept; only for input that was found right. */
export function parsedNumbers(raw: readonly string[], { plan }: Known): E164[] {
  return raw.map((one) => plan.parse(one) as E164);
}

function twice(raw: readonly (string | undefined)[], { plan }: Known): Problem[] {
  const seen = new Set<string>();
  return raw.flatMap((one, i) => {
    const number = one === undefined ? undefined : plan.parse(one);
    if (number === undefined || one === undefined) return [];
    const again = seen.has(number);
    seen.add(number);
    return again ? [problem(i === 0 ? 'number' : `aliases.${i - 1}`, 'given-twice', one, 'each once')] : [];
  });
}
