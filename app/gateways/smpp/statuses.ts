/** SMPP command statuses (SMPP 3.4, section 5.1.3) that matter here, and what they mean for a text. */
import { Fault } from '../../core/errors.ts';

export const statuses = {
  ok: 0x00,
  invalidLength: 0x02,
  invalidCommand: 0x03,
  systemError: 0x08,
  queueFull: 0x14,
  throttled: 0x58,
  /** Temporary error of the application: deliver it again. */
  tryAgain: 0x64,
  /** Permanent error of the application: do not. */
  never: 0x65,
} as const;

/** The recipient's number, or this text, will never do; all else is put right by us or the network, and waits for that. */
const permanent: ReadonlySet<number> = new Set([
  // Message too long, invalid destination address, prohibited there.
  0x01, 0x0b, 0x101,
]);

export function isThrottle(status: number): boolean {
  return status === statuses.throttled || status === statuses.queueFull;
}

export function refusal(status: number): Fault {
  const text = `the SMSC refused a text: status 0x${status.toString(16)}`;
  return permanent.has(status)
    ? new Fault('gateway-refused', text, { temporary: false })
    : new Fault('gateway-unavailable', text, { temporary: true });
}

export function unavailable(why: string, cause?: unknown): Fault {
  return new Fault('gateway-unavailable', why, { temporary: true, cause });
}
