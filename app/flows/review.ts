/** After `#`: send, hear, record again, add, mark urgent or private. Hanging up sends. */
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import type { Call, RecordRule, Take } from '../ports/media.ts';
import { prompt, tell } from './flow.ts';
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
        await call.play([await playTake(take)], { language, until: '0123456789*#' });
        break;
      case '3':
        await take.discard();
        await tell(call, language, 'recording-discarded');
        return { kind: 'again' };
      case '4': {
        await tell(call, language, 'recording-continue');
        const result = await call.record(more);
        take = result.take ?? take;
        break;
      }
      case '5':
        flags = { ...flags, urgent: !flags.urgent };
        await say(call, language, flags.urgent ? 'marked-urgent' : 'marked-normal');
        break;
      case '6':
        flags = { ...flags, confidential: !flags.confidential };
        await say(call, language, flags.confidential ? 'marked-private' : 'marked-not-private');
        break;
      default:
        unanswered += 1;
        if (choice.kind !== 'silence') await say(call, language, 'invalid-key');
        continue;
    }
    unanswered = 0;
  }
  return { kind: 'send', take, flags };
}

/** A confirmation that the next key cuts short; the key is kept for the menu. */
async function say(call: Call, language: string, name: PromptName): Promise<void> {
  await call.play([prompt(name)], { language });
}
