/** The one way to ask for a key: every menu of the telephone is told and obeyed here. */
import { actionOf, offered, type Condition, type Menu } from '../core/menu/menu.ts';
import { tellingOf } from '../core/menu/spoken.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import { prompt, say, type FlowDeps } from './flow.ts';

/** Times that a menu is told to a line that presses nothing. */
const patience = 3;
/** Wrong keys in a row: a telephone whose key is stuck does not hold the line for ever. */
const mostInvalid = 8;
/** How long a key is waited for once the menu is told, in milliseconds. */
const keyMs = 5000;

export interface Asking {
  readonly language: string;
  readonly deps: Pick<FlowDeps, 'log'>;
  /** Conditions that hold; choices with another are neither told nor taken. Default none. */
  readonly available?: readonly Condition[];
  /** Said before the keys, once; a key cuts it short too. */
  readonly first?: readonly PlayItem[];
}

/**
 * Tells the keys that work and waits for one; keys that were typed ahead are taken at once and nothing is told. A key
 * that does nothing here is said so and the menu told again.
 * @returns what the key does, or what the menu says of silence and of hanging up; where it says nothing `gone`: hung up, and
 * `deaf`: no key came, which has been said: the call is to be ended
 */
export async function choose<Action extends string>(
  call: Call,
  menu: Menu<string, Action>,
  asking: Asking,
): Promise<Action | 'gone' | 'deaf'> {
  const action = menu.otherKeys === 'kept' ? await offer(call, menu, asking) : await ask(call, menu, asking);
  return action === 'gone' ? (menu.onHangUp ?? 'gone') : action;
}

async function ask<Action extends string>(
  call: Call,
  menu: Menu<string, Action>,
  { language, deps, available = [], first = [] }: Asking,
): Promise<Action | 'gone' | 'deaf'> {
  const { onSilence, otherKeys } = menu;
  const most = onSilence?.told ?? patience;
  let before = first;
  for (let silent = 0, invalid = 0; silent < most && invalid < mostInvalid;) {
    const again = silent + invalid > 0;
    const key = await askKey(call, menu, [...before, ...told(menu, available, again)], language);
    before = [];
    if (key === 'gone') return 'gone';
    if (key === undefined) {
      silent += 1;
      continue;
    }
    const action = pressed(menu, key, available, deps);
    if (action !== undefined) return action;
    if (otherKeys === 'silence') silent += 1;
    else {
      silent = 0;
      invalid += 1;
    }
    before = [prompt('invalid-key')];
  }
  if (onSilence !== undefined) {
    if (before.length > 0) await say(call, { language }, ...before);
    return onSilence.does;
  }
  await say(call, { language }, prompt('no-key-heard'));
  return call.gone.aborted ? 'gone' : 'deaf';
}

/** Takes its own keys and leaves all others; what was typed before it is not for it. */
async function offer<Action extends string>(
  call: Call,
  menu: Menu<string, Action>,
  { language, deps, available = [], first = [] }: Asking,
): Promise<Action | 'gone' | 'deaf'> {
  const passed = menu.onSilence?.does ?? 'deaf';
  const ahead = await call.play([], { language, keepKey: true });
  if (ahead.kind === 'key') return passed;
  const wait: PlayItem = { kind: 'silence', ms: menu.onSilence?.waitMs ?? keyMs };
  const items = [...first, ...told(menu, available, false), wait];
  const heard = await call.play(items, { language, keepKey: true });
  if (heard.kind === 'gone') return 'gone';
  const keys = offered(menu, available).map(({ key }) => key);
  const taken = await call.play([], { language, until: keys.join('') });
  if (taken.kind === 'gone') return 'gone';
  return (taken.kind === 'key' ? pressed(menu, taken.key, available, deps) : undefined) ?? passed;
}

function pressed<Action extends string>(
  menu: Menu<string, Action>,
  key: string,
  available: readonly Condition[],
  { log }: Asking['deps'],
): Action | undefined {
  const action = actionOf(menu, key, available);
  log.debug('key pressed', { menu: menu.name, key, action });
  return action;
}

/** What tells the keys of a menu: each one's purpose and the key, or one prompt for all. */
export function told(menu: Menu, available: readonly Condition[], again: boolean): PlayItem[] {
  const choices = offered(menu, available).filter((choice) => again || choice.later === undefined);
  return tellingOf(menu, choices).map(prompt);
}

async function askKey(
  call: Call,
  { ignores, onSilence }: Menu,
  items: readonly PlayItem[],
  language: string,
): Promise<string | undefined> {
  // Left there, it would cut the telling short.
  if (ignores !== undefined) await call.play([], { language, until: ignores });
  const said = (digits: string): string => (ignores === undefined ? digits : digits.replaceAll(ignores, ''));
  const choice = await call.gather({
    language,
    items,
    judge: (digits) => (said(digits) === '' ? undefined : 'complete'),
    firstDigitMs: onSilence?.waitMs ?? keyMs,
    nextDigitMs: keyMs,
  });
  if (choice.kind === 'gone' || choice.kind === 'aborted') return 'gone';
  return said(choice.digits).at(-1);
}
