/** A subscriber chooses a PIN: enters it twice, and is told what is wrong with one that is too easy. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { PinProblem } from '../core/pin/pin-problem.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import { askDigits } from './ask-digits.ts';
import { prompt, say, type FlowDeps } from './flow.ts';

/** PINs that are proposed in one call. */
const proposals = 5;

/**
 * Only for a caller who is in, or has proved to be the subscriber.
 * @returns `left`: it stays as it was
 */
export async function choosePin(
  call: Call,
  mailbox: Mailbox,
  language: string,
  deps: Pick<FlowDeps, 'authentication'>,
): Promise<'set' | 'left' | 'gone'> {
  let before: PlayItem[] = [];
  for (let n = 0; n < proposals; n += 1) {
    const first = await askDigits(call, { language, items: [...before, prompt('new-pin')] });
    if (first.kind !== 'digits') return first.kind === 'gone' ? 'gone' : 'left';
    const problem = await deps.authentication.judgePin(mailbox, first.digits);
    if (problem !== undefined) {
      before = [prompt(problemPrompt(problem))];
      continue;
    }
    const second = await askDigits(call, { language, items: [prompt('new-pin-again')] });
    if (second.kind === 'gone') return 'gone';
    if (second.kind !== 'digits') return 'left';
    if (second.digits !== first.digits) {
      before = [prompt('pin-mismatch')];
      continue;
    }
    const result = await deps.authentication.setPin(mailbox, first.digits, askerFor(call, mailbox));
    if (result.kind === 'set') {
      await say(call, { language }, prompt('pin-set'));
      return 'set';
    }
    before = [prompt(problemPrompt(result.why))];
  }
  await say(call, { language }, ...before);
  return call.gone.aborted ? 'gone' : 'left';
}

function problemPrompt(problem: PinProblem): `pin-${PinProblem}` {
  return `pin-${problem}`;
}

/** For the audit: whose telephone it was, as the switch says. */
function askerFor(call: Call, mailbox: Mailbox) {
  const from = call.entry.kind === 'outgoing' ? undefined : (call.facts.asserted ?? call.facts.from);
  return { key: from?.number ?? mailbox.number, trusted: false, call: call.id };
}
