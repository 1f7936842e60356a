/** Goes through the messages of a folder, one after the other, to and fro. */
import type { Message } from '../../core/message/message.ts';
import type { PlayItem, StoredSound } from '../../core/prompt/play-item.ts';
import type { MessageFilter } from '../../ports/store.ts';
import { prompt, say } from '../flow.ts';
import { messageDialogue, type Visit } from './message.ts';
import { attempt, type Session } from './session.ts';
import { Trail } from './trail.ts';

export interface Round {
  readonly folder: MessageFilter;
  readonly first: Message;
  /** The first message is played without being announced. Default: every one is announced. */
  readonly atOnce?: boolean;
  /** The first message's sound, where it is at hand. */
  readonly sound?: readonly StoredSound[] | undefined;
}

/** `up`: back to where they were chosen, all messages are gone through or enough; `end`: the call is to be ended. */
export async function playMessages(session: Session, round: Round): Promise<'up' | 'end'> {
  const trail = new Trail(session.deps, round.folder, round.first);
  let message = round.first;
  let visit: Visit = { start: round.atOnce === true ? 'at-once' : 'announced', sound: round.sound };
  for (;;) {
    const left = await messageDialogue(session, message, visit);
    if (left === 'up' || left === 'end') return left;
    const found = await attempt(session, () => trail[left](), message);
    if (found !== 'failed' && found.value !== undefined) {
      message = found.value;
      visit = { start: 'announced' };
      continue;
    }
    if (found !== 'failed' && left === 'next') {
      await say(session.call, { language: session.profile.language, drop: '#' }, prompt('no-more-messages'));
      return session.call.gone.aborted ? 'end' : 'up';
    }
    visit = atMenu(prompt(found === 'failed' ? 'not-now' : 'no-previous-message'));
    const now = await attempt(session, () => trail.now(), message);
    if (now !== 'failed') message = now.value ?? message;
  }
}

function atMenu(...first: readonly PlayItem[]): Visit {
  return { start: 'menu', first };
}
