import type { PhoneCall } from '../phone/call.ts';
import type { CallOptions, Phone } from '../phone/phone.ts';
import type { System } from './system.ts';

/** Rings, skips the greeting with `#`, waits for the tone, speaks and hangs up. */
export async function leaveMessage(
  phone: Phone,
  to: string,
  sound: Uint8Array,
  options: CallOptions = {},
): Promise<PhoneCall> {
  const call = await phone.call(to, options);
  await call.up();
  await call.press('#');
  await call.hearsTone(1000, { withinMs: 15_000 });
  await call.say(sound);
  await call.hangup();
  return call;
}

/** The next notice that reaches this subscriber: its reference and its whole text. */
export async function nextNotice(
  system: System,
  subscriber: string,
  timeoutMs = 10_000,
): Promise<{ reference: string; body: string }> {
  const text = await system.network.nextText({
    timeoutMs,
    where: (one) => one.to === subscriber && /,,\d{10}#/.test(one.body),
  });
  return { reference: /,,(\d{10})#/.exec(text.body)?.[1] ?? '', body: text.body };
}

/** Presses # as soon as the greeting is heard: the tone comes next. */
export async function skipsGreeting(call: PhoneCall): Promise<void> {
  await call.soundAfter(0);
  await call.press('#');
}
