/** The one way to ask for a key: every menu of the telephone is told and obeyed here. */
import { actionOf, offered, type Condition, type Menu } from '../core/menu/menu.ts';
import { pressOf, purposeOf } from '../core/menu/spoken.ts';
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
 * @returns what the key does; `gone`: hung up; `deaf`: no key came, which has been said: the call is to be ended
 */
export async function choose<Action extends string>(
  call: Call,
  menu: Menu<string, Action>,
  { language, deps, available = [], first = [] }: Asking,
): Promise<Action | 'gone' | 'deaf'> {
  let before = first;
  for (let silent = 0, invalid = 0; silent < patience && invalid < mostInvalid;) {
    const again = silent + invalid > 0;
    const key = await askKey(call, menu, [...before, ...told(menu, available, again)], language);
    before = [];
    if (key === 'gone') return 'gone';
    if (key === undefined) {
      silent += 1;
      continue;
    }
    const action = actionOf(menu, key, available);
    deps.log.debug('key pressed', { menu: menu.name, key, action });
    if (action !== undefined) return action;
    silent = 0;
    invalid += 1;
    before = [prompt('invalid-key')];
  }
  await say(call, { language }, prompt('no-key-heard'));
  return call.gone.aborted ? 'gone' : 'deaf';
}

/** What tells the keys of a menu: each one's purpose and the key. */
export function told(menu: Menu, available: readonly Condition[], again: boolean): PlayItem[] {
  return offered(menu, available)
    .filter((choice) => again || choice.later === undefined)
    .flatMap((choice) => [prompt(purposeOf(menu, choice)), prompt(pressOf(choice.key))]);
}

async function askKey(
  call: Call,
  { ignores }: Menu,
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
    firstDigitMs: keyMs,
    nextDigitMs: keyMs,
  });
  if (choice.kind === 'gone' || choice.kind === 'aborted') return 'gone';
  return said(choice.digits).at(-1);
}
