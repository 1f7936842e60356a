import type { ScriptedCall } from './scripted-call.ts';

/** Two calls hear each other until one is gone. What they say is not kept; their keys go to the other end. */
export async function bridgeCalls(call: ScriptedCall, other: ScriptedCall): Promise<'gone' | 'other-gone'> {
  const over = new AbortController();
  const live = (one: ScriptedCall): Promise<void> =>
    one.during(over.signal, async (cut) => {
      await talk(one, cut);
      over.abort();
    });
  await Promise.all([live(call), live(other)]);
  return call.gone.aborted ? 'gone' : 'other-gone';
}

/** Follows a script until it hangs up or is cut. Who has nothing left to do, or waits for a prompt, holds the line. */
async function talk(call: ScriptedCall, cut: AbortSignal): Promise<void> {
  for (;;) {
    const act = await call.pressing(cut);
    if (act === 'stopped') return;
    if (act === 'pressed') call.forgetKeys();
    else if (act.kind === 'sound') call.person.done();
    else await call.person.added(cut);
  }
}
