/** The languages that there are, each offered in itself. */
import { pressOf } from '../../core/menu/spoken.ts';
import type { Key } from '../../core/menu/menu.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import { prompt, say } from '../flow.ts';
import { attempt, type Session } from './session.ts';

/** Keys of languages, in their order. */
const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const satisfies readonly Key[];
/** Times that they are offered to a line that presses nothing. */
const patience = 3;
/** Wait for a key after the last one, in milliseconds. */
const keyMs = 5000;

/** What came of one part of the settings. */
export interface Chosen {
  readonly mailbox: Mailbox;
  /** Said before the menu that follows. */
  readonly told: readonly PlayItem[];
}

export async function chooseLanguage(session: Session, mailbox: Mailbox): Promise<Chosen | 'gone'> {
  const { call, profile, deps } = session;
  const languages = deps.texts.languages.slice(0, keys.length);
  for (let silent = 0; silent < patience;) {
    const key = await offer(session, languages);
    if (key === 'gone') return 'gone';
    if (key === '*') return { mailbox, told: [] };
    const language = languages[keys.findIndex((one) => one === key)];
    if (language !== undefined) {
      const changed = await attempt(session, () => deps.selfService.setLanguage(mailbox, language));
      if (changed === 'failed') return { mailbox, told: [prompt('not-now')] };
      return { mailbox: changed.value, told: [prompt('setting-language-set')] };
    }
    silent += 1;
    if (key !== undefined) await call.play([prompt('invalid-key')], { language: profile.language });
  }
  await say(call, { language: profile.language }, prompt('no-key-heard'));
  return 'gone';
}

async function offer(
  { call, profile }: Session,
  languages: readonly string[],
): Promise<Key | undefined | 'gone'> {
  for (const [i, language] of languages.entries()) {
    const key = keys[i] ?? '*';
    const items = [prompt('setting-language-this'), prompt(pressOf(key))];
    // One play has one language; the key that stops it is the choice.
    const played = await call.play(items, { language, until: '0123456789*#' });
    if (played.kind === 'key') return played.key as Key;
    if (played.kind !== 'done') return 'gone';
  }
  const choice = await call.gather({
    language: profile.language,
    items: [prompt('menu-back'), prompt(pressOf('*'))],
    judge: (digits) => (digits === '' ? undefined : 'complete'),
    firstDigitMs: keyMs,
    nextDigitMs: keyMs,
  });
  if (choice.kind === 'gone' || choice.kind === 'aborted') return 'gone';
  return choice.digits.at(-1) as Key | undefined;
}
