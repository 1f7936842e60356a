/** A subscriber in their mailbox: what waits there, then the main menu until they leave. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import { main, type MainAction } from '../../core/menu/menus.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { Call } from '../../ports/media.ts';
import { tell, type FlowDeps, type Outcome } from '../flow.ts';
import { choose } from '../menu.ts';
import { composeDialogue } from './compose.ts';
import { callerDialogue, folderDialogue, type FolderEnd } from './folder.ts';
import { greetingsDialogue } from './greetings.ts';
import { callOperator } from './operator.ts';
import { attempt, conditions, openSession, type Session } from './session.ts';
import { settingsDialogue } from './settings.ts';
import { fullness, status } from './status.ts';

/** The call is answered and its caller let in; it is not hung up here. */
export async function mailboxDialogue(call: Call, opened: Mailbox, deps: FlowDeps): Promise<Outcome> {
  let mailbox = opened;
  let session = openSession(call, mailbox, deps);
  let first: readonly PlayItem[] = [...status(mailbox), ...fullness(mailbox, session.profile)];
  for (;;) {
    const { language } = session.profile;
    const action = await choose(call, main, { language, deps, available: conditions(session), first });
    if (action === 'gone' || action === 'deaf' || action === 'end') break;
    const left = await branch(session, mailbox, action);
    if (left.kind === 'end') break;
    first = left.first ?? [];
    // Counters have changed, and the language may have.
    const found = await attempt(session, () => deps.inbox.mailbox(mailbox.id));
    if (found === 'failed' || found.value === undefined) continue;
    mailbox = found.value;
    session = { ...openSession(call, mailbox, deps), speed: session.speed };
  }
  if (!call.gone.aborted) await tell(call, session.profile.language, 'goodbye');
  return { did: 'listen', mailbox: mailbox.id };
}

async function branch(
  session: Session,
  mailbox: Mailbox,
  action: Exclude<MainAction, 'end'>,
): Promise<FolderEnd> {
  const { call, deps } = session;
  switch (action) {
    case 'new':
    case 'saved':
    case 'trash':
      return folderDialogue(session, mailbox, action);
    case 'find':
      return callerDialogue(session, mailbox);
    case 'compose':
      return end(await composeDialogue(call, mailbox, deps));
    case 'greetings':
      return end(await greetingsDialogue(call, mailbox, deps));
    case 'settings':
      return end(await settingsDialogue(call, mailbox, deps));
    case 'operator':
      return end(await callOperator(session));
  }
}

function end(how: 'done' | 'gone'): FolderEnd {
  return { kind: how === 'gone' ? 'end' : 'up' };
}
