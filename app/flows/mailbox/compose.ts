import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { Call } from '../../ports/media.ts';
import { prompt, say, type FlowDeps } from '../flow.ts';
import { askRecipients } from './recipients.ts';
import { sendDialogue } from './send.ts';
import { openSession } from './session.ts';

/** The subscriber sends a message to others who have a mailbox here. */
export async function composeDialogue(
  call: Call,
  mailbox: Mailbox,
  deps: FlowDeps,
): Promise<'done' | 'gone'> {
  const session = openSession(call, mailbox, deps);
  const to = await askRecipients(session, mailbox);
  if (to === 'gone') return 'gone';
  if (to.length === 0) {
    await say(call, { language: session.profile.language }, prompt('send-cancelled'));
    return 'done';
  }
  return sendDialogue(session, { mailbox, to, ask: 'record-own' });
}
