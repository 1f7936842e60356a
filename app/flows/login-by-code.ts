/** A mailbox without PIN, and a caller who may be anybody: a code goes to the subscriber's phone, and who types it chooses the PIN. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { code as codeMenu } from '../core/menu/menus.ts';
import type { Call } from '../ports/media.ts';
import type { PinAsker } from '../services/authentication-deps.ts';
import { askDigits } from './ask-digits.ts';
import { choosePin } from './choose-pin.ts';
import { prompt, say, type FlowDeps } from './flow.ts';
import { sayLocked } from './locked.ts';
import type { Entry } from './login.ts';
import { choose } from './menu.ts';

/** Codes that are typed in one call. */
const triesPerCall = 3;
/** How long the text may be on its way before the code is asked for again, in milliseconds. */
const textMs = 30_000;

export async function codeDialogue(
  call: Call,
  mailbox: Mailbox,
  asker: PinAsker,
  deps: FlowDeps,
): Promise<Entry> {
  const { language } = deps.profiles.of(mailbox);
  const wish = await choose(call, codeMenu, { language, deps, first: [prompt('code-offer')] });
  if (wish === 'gone') return 'gone';
  if (wish !== 'send') return wish === 'up' ? 'left' : 'refused';
  const sending = await deps.authentication.sendCode(mailbox, asker);
  switch (sending.kind) {
    case 'sent':
      return askCode(call, mailbox, asker, deps);
    case 'too-many':
    case 'cannot':
      await say(call, { language }, prompt(`code-${sending.kind}`));
      return 'refused';
    case 'locked':
      await sayLocked(call, language, sending.until, deps);
      return 'refused';
  }
}

async function askCode(call: Call, mailbox: Mailbox, asker: PinAsker, deps: FlowDeps): Promise<Entry> {
  const { language } = deps.profiles.of(mailbox);
  let before = [prompt('code-sent')];
  for (let tries = 0; tries < triesPerCall; tries += 1) {
    const typed = await askDigits(call, {
      language,
      items: [...before, prompt('enter-code')],
      firstDigitMs: textMs,
    });
    if (typed.kind !== 'digits') return typed.kind === 'deaf' ? 'refused' : typed.kind;
    const check = await deps.authentication.checkCode(mailbox, typed.digits, asker);
    switch (check.kind) {
      case 'right': {
        const chosen = await choosePin(call, mailbox, language, deps);
        if (chosen === 'set') return 'in';
        return chosen === 'gone' ? 'gone' : 'refused';
      }
      case 'wrong':
        before = [prompt('code-wrong')];
        if (check.next.kind === 'open') continue;
        await sayLocked(call, language, check.next.until, deps, before);
        return 'refused';
      case 'over':
        await say(call, { language }, prompt('code-over'));
        return 'refused';
      case 'locked':
        await sayLocked(call, language, check.until, deps);
        return 'refused';
    }
  }
  await say(call, { language }, ...before);
  return 'refused';
}
