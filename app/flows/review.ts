/** After `#`: the caller hears and changes the message. Whatever ends the review but a new recording sends it. */
import type { Condition } from '../core/menu/menu.ts';
import { review as reviewMenu } from '../core/menu/menus.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Call, RecordResult, RecordRule, Take } from '../ports/media.ts';
import { prompt, say, tell, type FlowDeps } from './flow.ts';
import { choose } from './menu.ts';
import { playTake } from './spoken.ts';

export interface Flags {
  readonly urgent: boolean;
  readonly confidential: boolean;
}

export type Reviewed =
  | { readonly kind: 'send'; readonly take: Take; readonly flags: Flags }
  /** The take is discarded; record anew. */
  | { readonly kind: 'again' };

export async function review(
  call: Call,
  first: Take,
  profile: ClassOfService,
  deps: Pick<FlowDeps, 'log'>,
  start: Flags,
  more: RecordRule,
): Promise<Reviewed> {
  // One that was begun as urgent stays so: the mailbox takes no other.
  const mustBeUrgent = start.urgent;
  const { language } = profile;
  let take = first;
  let flags = start;
  for (;;) {
    const action = await choose(call, reviewMenu, {
      language,
      deps,
      available: conditionsOf(flags, mustBeUrgent),
    });
    switch (action) {
      case 'send':
      case 'gone':
      case 'deaf':
        return { kind: 'send', take, flags };
      case 'hear':
        await say(call, { language }, await playTake(take));
        break;
      case 'record-again':
        await take.discard();
        await tell(call, language, 'recording-discarded');
        return { kind: 'again' };
      case 'add': {
        const added = isFull(take, more) ? 'full' : await add(call, language, more);
        if (added === 'full' || added.kind === 'limit')
          await say(call, { language }, prompt('message-too-long'));
        if (added !== 'full') take = added.take ?? take;
        break;
      }
      case 'mark-urgent':
      case 'mark-normal':
        flags = { ...flags, urgent: action === 'mark-urgent' };
        await say(call, { language }, prompt(flags.urgent ? 'marked-urgent' : 'marked-normal'));
        break;
      case 'mark-private':
      case 'mark-not-private':
        flags = { ...flags, confidential: action === 'mark-private' };
        await say(call, { language }, prompt(flags.confidential ? 'marked-private' : 'marked-not-private'));
        break;
    }
  }
}

function conditionsOf({ urgent, confidential }: Flags, mustBeUrgent: boolean): Condition[] {
  const urgency: Condition[] = mustBeUrgent ? [] : [urgent ? 'urgent' : 'not-urgent'];
  return [...urgency, confidential ? 'private' : 'not-private'];
}

async function add(call: Call, language: string, more: RecordRule): Promise<RecordResult> {
  await tell(call, language, 'recording-continue');
  return call.record(more);
}

/** No second is left to add to. */
function isFull({ durationMs }: Take, { maxSeconds }: RecordRule): boolean {
  return durationMs > (maxSeconds - 1) * 1000;
}
