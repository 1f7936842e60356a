import type { Call } from '../ports/media.ts';
import type { PinAsker } from '../services/authentication-deps.ts';
import type { Caller } from './flow.ts';

/** A caller as those know them who decide what opens for whom. */
export function askerOf(call: Call, caller: Caller): PinAsker {
  const known = caller.trusted && caller.number !== undefined;
  return {
    // A number that cannot be believed must not lock out its owner.
    key: known ? caller.number : `${call.facts.trunk}:${caller.number ?? ''}`,
    // A trusted caller's number is an E.164 number, by core/address/identify-caller.
    ...(known ? { number: caller.number } : {}),
    trusted: caller.trusted,
    call: call.id,
  };
}
