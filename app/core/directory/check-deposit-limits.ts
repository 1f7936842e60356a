import { depositScopes, mostInWindow } from '../mailbox/deposit-limits.ts';
import { windowNames } from '../rate/rates.ts';
import { fields, trueOrFalse, whole, type Check } from './check.ts';

const rates = fields(Object.fromEntries(windowNames.map((name) => [name, whole(0, mostInWindow)])));

/** Limits of a class of service, all of them. */
export const depositLimits: Check = fields(
  { enabled: trueOrFalse, ...Object.fromEntries(depositScopes.map((scope) => [scope, rates])) },
  ['enabled', ...depositScopes],
);
