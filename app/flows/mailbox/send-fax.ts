/** Sends a message to a fax machine whose number the subscriber enters. What became of it is told later, by a text. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { Message } from '../../core/message/message.ts';
import type { PromptName } from '../../core/prompt/prompt-name.ts';
import type { FaxRefusal } from '../../services/fax-out.ts';
import { prompt, say } from '../flow.ts';
import { askNumber } from './ask-number.ts';
import { attempt, type Session } from './session.ts';

export async function sendFaxDialogue(
  session: Session,
  mailbox: Mailbox,
  message: Message,
): Promise<'done' | 'gone'> {
  const { call, deps, profile } = session;
  const tell = (name: PromptName): Promise<void> =>
    say(call, { language: profile.language, drop: '#' }, prompt(name));
  if (message.envelope.confidential) {
    await tell('send-confidential');
    return 'done';
  }
  const asked = await askNumber(session, prompt('fax-enter-number'));
  if (asked === 'gone') return 'gone';
  const to = asked.keys;
  if (to === '' || to.startsWith('*')) {
    await tell('send-cancelled');
    return 'done';
  }
  // The same wish in one call is one fax, however often its keys are pressed.
  const id = `${message.id}:${to}:${call.id}`;
  const requested = await attempt(
    session,
    () => deps.faxOut.request({ id, from: mailbox, to, content: message }),
    message,
  );
  if (requested === 'failed') await tell('not-now');
  else if (requested.value.kind === 'taken') await tell('fax-on-its-way');
  else await tell(refusals[requested.value.why]);
  return call.gone.aborted ? 'gone' : 'done';
}

const refusals: Readonly<Record<FaxRefusal, PromptName>> = {
  denied: 'call-denied',
  'daily-limit': 'call-limit',
  'not-a-number': 'fax-number-wrong',
  confidential: 'send-confidential',
  nothing: 'fax-cannot',
  document: 'fax-cannot',
};
