/** The way into a mailbox by telephone: from an own phone, by PIN, or by a code where there is no PIN yet. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { offer } from '../core/menu/menus.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import type { PinAsker } from '../services/authentication-deps.ts';
import { askDigits } from './ask-digits.ts';
import { askerOf } from './asker.ts';
import { choosePin } from './choose-pin.ts';
import { prompt, say, type Caller, type FlowDeps, type Outcome } from './flow.ts';
import { codeDialogue } from './login-by-code.ts';
import { sayLocked } from './locked.ts';
import { mailboxDialogue } from './mailbox/open.ts';
import { choose } from './menu.ts';

/** PINs that are tried in one call. */
const triesPerCall = 3;

/** `left`: does not want in; `refused`: may not, which has been said. */
export type Entry = 'in' | 'left' | 'refused' | 'gone';

/** Everything from the question who they are to the end of their visit. The call is answered and not hung up here. */
export async function loginToMailbox(
  call: Call,
  mailbox: Mailbox,
  caller: Caller,
  deps: FlowDeps,
): Promise<Outcome> {
  const entry = await letIn(call, mailbox, caller, deps);
  if (entry === 'in') return mailboxDialogue(call, mailbox, deps);
  if (entry === 'gone') return { did: 'abandoned', mailbox: mailbox.id };
  const { language } = deps.profiles.of(mailbox);
  await say(call, { language }, prompt('goodbye'));
  return { did: 'refused', mailbox: mailbox.id };
}

/** Finds out whether the caller is the subscriber. */
export async function letIn(call: Call, mailbox: Mailbox, caller: Caller, deps: FlowDeps): Promise<Entry> {
  const { language } = deps.profiles.of(mailbox);
  const asker = askerOf(call, caller);
  const admission = await deps.authentication.admit(mailbox, asker);
  switch (admission.kind) {
    case 'in':
      return admission.offer ? offerPin(call, mailbox, language, deps) : 'in';
    case 'pin':
      return askPin(call, mailbox, asker, deps);
    case 'choose':
      return mustChoose(call, mailbox, 'pin-needed', deps);
    case 'code':
      return codeDialogue(call, mailbox, asker, deps);
    case 'suspended':
      await say(call, { language }, prompt('mailbox-suspended'));
      return 'refused';
    case 'locked':
      await sayLocked(call, language, admission.until, deps);
      return 'refused';
  }
}

/** The PIN is asked for, a few times. */
export async function askPin(call: Call, mailbox: Mailbox, asker: PinAsker, deps: FlowDeps): Promise<Entry> {
  const { language } = deps.profiles.of(mailbox);
  let before: PlayItem[] = [];
  for (let tries = 0; tries < triesPerCall; tries += 1) {
    const typed = await askDigits(call, { language, items: [...before, prompt('enter-pin')] });
    if (typed.kind !== 'digits') return typed.kind === 'deaf' ? 'refused' : typed.kind;
    const login = await deps.authentication.login(mailbox, typed.digits, asker);
    switch (login.kind) {
      case 'in':
        return 'in';
      case 'change':
        return mustChoose(call, mailbox, 'pin-must-change', deps);
      case 'wrong':
        before = [prompt('pin-wrong')];
        if (login.next.kind === 'open') continue;
        await sayLocked(call, language, login.next.until, deps, before);
        return 'refused';
      case 'locked':
        await sayLocked(call, language, login.until, deps);
        return 'refused';
      case 'suspended':
        await say(call, { language }, prompt('mailbox-suspended'));
        return 'refused';
      case 'no-pin':
        return 'refused';
    }
  }
  await say(call, { language }, ...before);
  return 'refused';
}

/** Nobody goes on before they have a PIN of their own. */
async function mustChoose(
  call: Call,
  mailbox: Mailbox,
  why: 'pin-needed' | 'pin-must-change',
  deps: FlowDeps,
): Promise<Entry> {
  const { language } = deps.profiles.of(mailbox);
  await say(call, { language }, prompt(why));
  const chosen = await choosePin(call, mailbox, language, deps);
  if (chosen === 'set') return 'in';
  return chosen === 'gone' ? 'gone' : 'refused';
}

/**
 * They may go on without: keys that are not the offer's are kept for the mailbox, also those from before it. Who types ahead
 * loses nothing.
 */
async function offerPin(call: Call, mailbox: Mailbox, language: string, deps: FlowDeps): Promise<Entry> {
  const wish = await choose(call, offer, { language, deps });
  if (wish === 'gone') return 'gone';
  if (wish !== 'choose') return 'in';
  return (await choosePin(call, mailbox, language, deps)) === 'gone' ? 'gone' : 'in';
}
