/** After `#`: send, hear, record again, add, mark urgent or private. Hanging up sends. */
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Call, RecordResult, RecordRule, Take } from '../ports/media.ts';
import { prompt, say, tell } from './flow.ts';
import { playTake } from './spoken.ts';

export interface Flags {
  readonly urgent: boolean;
  readonly confidential: boolean;
}

export type Reviewed =
  | { readonly kind: 'send'; readonly take: Take; readonly flags: Flags }
  /** The take is discarded; record anew. */
  | { readonly kind: 'again' };

/** Unanswered menus before the message is sent as it is. */
const patience = 2;

export async function review(
  call: Call,
  first: Take,
  profile: ClassOfService,
  start: Flags,
  more: RecordRule,
): Promise<Reviewed> {
  const { language } = profile;
  let take = first;
  let flags = start;
  for (let unanswered = 0; unanswered < patience;) {
    const choice = await call.gather({
      language,
      items: [prompt('recording-review')],
      judge: (digits) => (digits.length > 0 ? 'complete' : undefined),
      firstDigitMs: 5000,
      nextDigitMs: 1000,
    });
    if (choice.kind === 'gone' || choice.kind === 'aborted') return { kind: 'send', take, flags };
    switch (choice.digits) {
      case '1':
      case '#':
        return { kind: 'send', take, flags };
      case '2':
        await say(call, { language }, await playTake(take));
        break;
      case '3':
        await take.discard();
        await tell(call, language, 'recording-discarded');
        return { kind: 'again' };
      case '4': {
        const added = isFull(take, more) ? 'full' : await add(call, language, more);
        if (added === 'full' || added.kind === 'limit')
          await say(call, { language }, prompt('message-too-long'));
        if (added !== 'full') take = added.take ?? take;
        break;
      }
      case '5':
        flags = { ...flags, urgent: !flags.urgent };
        await say(call, { language }, prompt(flags.urgent ? 'marked-urgent' : 'marked-normal'));
        break;
      case '6':
        flags = { ...flags, confidential: !flags.confidential };
        await say(call, { language }, prompt(flags.confidential ? 'marked-private' : 'marked-not-private'));
        break;
      default:
        unanswered += 1;
        if (choice.kind !== 'silence') await say(call, { language }, prompt('invalid-key'));
        continue;
    }
    unanswered = 0;
  }
  return { kind: 'send', take, flags };
}

async function add(call: Call, language: string, more: RecordRule): Promise<RecordResult> {
  await tell(call, language, 'recording-continue');
  return call.record(more);
}

/** No second is left to add to. */
function isFull({ durationMs }: Take, { maxSeconds }: RecordRule): boolean {
  return durationMs > (maxSeconds - 1) * 1000;
}
