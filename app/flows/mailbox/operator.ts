/** The operator key: leaves the messages for a person. */
import { connectTo } from '../connect.ts';
import { prompt, say } from '../flow.ts';
import { attempt, type Session } from './session.ts';

/** Connects with the operator of the class of service; comes back when the other side has hung up. */
export async function callOperator(session: Session): Promise<'done' | 'gone'> {
  const { call, profile, deps } = session;
  const { language, operator } = profile;
  const mailbox = await attempt(session, session.mailbox);
  if (operator !== undefined && mailbox !== 'failed' && mailbox.value !== undefined) {
    await connectTo(call, { number: operator, mailbox: mailbox.value, language, as: 'operator' }, deps);
  } else await say(call, { language }, prompt('not-now'));
  return call.gone.aborted ? 'gone' : 'done';
}
