import { callerIdAnswers, callerIdStates } from '../address/attestation.ts';
import { faxModes } from '../profile/class-of-service.ts';
import { classLimits, optionalClassLimits } from '../profile/class-limits.ts';
import { fields, matching, oneOf, trueOrFalse, whole, type Check } from './check.ts';
import { depositLimits } from './check-deposit-limits.ts';
import { e164, language, notify, quietHours, timeZone, toll, type Known } from './check-settings.ts';

export const className: Check = matching(
  /^[a-z][a-z0-9_-]{0,31}$/,
  'lower-case letters, digits, - and _, starting with a letter',
);

/** Checks a whole class of service: all must be there but those that may be absent. */
export function classOfService(known: Pick<Known, 'languages'>): Check {
  const numbers = Object.entries({ ...classLimits, ...optionalClassLimits }).map(([name, [least, most]]) => [
    name,
    whole(least, most),
  ]);
  const checks: Readonly<Record<string, Check>> = {
    name: className,
    language: language(known),
    timeZone,
    ...(Object.fromEntries(numbers) as Record<
      keyof typeof classLimits | keyof typeof optionalClassLimits,
      Check
    >),
    review: trueOrFalse,
    notify,
    welcome: trueOrFalse,
    quietHours,
    pin: oneOf('always', 'untrusted'),
    operator: e164,
    toll,
    deliverByCall: trueOrFalse,
    lamp: trueOrFalse,
    transcribe: trueOrFalse,
    fax: oneOf(...faxModes),
    deposits: depositLimits,
    callerIds: fields(
      Object.fromEntries(callerIdStates.map((state) => [state, oneOf(...callerIdAnswers)])),
      callerIdStates,
    ),
  };
  const optional: ReadonlySet<string> = new Set([
    'quietHours',
    'operator',
    'transcribe',
    'fax',
    'deposits',
    'callerIds',
    ...Object.keys(optionalClassLimits),
  ]);
  return fields(
    checks,
    Object.keys(checks).filter((name) => !optional.has(name)),
  );
}
