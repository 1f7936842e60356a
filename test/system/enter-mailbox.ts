import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { access } from './system.ts';
import type { Told } from './told.ts';

/** The subscriber calls from their own telephone and asks for their mailbox; they set no PIN. */
export async function enterMailbox(phone: Phone, told: Told): Promise<PhoneCall> {
  const call = await phone.call(access);
  await call.up();
  await call.press('#');
  // A PIN is offered once.
  const first = await told.plays(({ name }) => name === 'offer-pin' || isStatus(name));
  if (isStatus(first.name)) return call;
  await call.press('0');
  await told.plays(({ name }) => isStatus(name));
  return call;
}

function isStatus(name: string): boolean {
  return name === 'you-have' || name === 'mailbox-empty';
}

/** The name under which a message's sound is played, at any speed. */
export function isSound(name: string): boolean {
  return /^test-|^[0-9a-f]{64}$/.test(name);
}
