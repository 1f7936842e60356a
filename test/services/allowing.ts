import type { DepositScope } from '../../app/core/mailbox/deposit-limits.ts';
import {
  createDepositAllowance,
  type DepositAllowance,
  type DepositLimitDeps,
} from '../../app/services/deposit-limits.ts';

/** Counts as the product does; refusals are kept. */
export function allowing(
  { store, profiles, clock, log }: Omit<DepositLimitDeps, 'onRefused'>,
  refused: DepositScope[] = [],
): DepositAllowance {
  return createDepositAllowance({
    store,
    profiles,
    clock,
    log,
    onRefused: ({ scope }) => void refused.push(scope),
  });
}
