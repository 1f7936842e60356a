/**
 * A whole node as a process of its own: switch, controller, and a telephone that can be told what to do, one JSON line a request on the
 * input, one an answer on the output. The store is that of MONGODB_URL.
 */
import { createInterface } from 'node:readline';
import { babble } from '../audio/babble.ts';
import { leaveMessage, nextNotice } from '../system/leave-message.ts';
import { openSystem, type System } from '../system/system.ts';

export type Request =
  | { readonly do: 'leave'; readonly from: string; readonly to: string; readonly seed: number }
  | { readonly do: 'notice'; readonly to: string }
  | { readonly do: 'play'; readonly from: string; readonly reference: string; readonly seed: number };

async function act(system: System, request: Request): Promise<unknown> {
  switch (request.do) {
    case 'leave': {
      const phone = await system.phone(request.from);
      await leaveMessage(phone, request.to, babble(2500, request.seed));
      return { left: true };
    }
    case 'notice':
      return nextNotice(system, request.to, 30_000);
    case 'play': {
      const phone = await system.phone(request.from);
      const call = await phone.call(request.reference);
      await call.up(15_000);
      const { score } = await call.hears(babble(2500, request.seed), { withinMs: 20_000 });
      await call.hangup();
      return { score };
    }
  }
}

const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
const system = await openSystem();
say({ ready: true });
for await (const line of createInterface(process.stdin)) {
  try {
    say(await act(system, JSON.parse(line) as Request));
  } catch (error) {
    say({ error: String(error) });
  }
}
await system[Symbol.asyncDispose]();
