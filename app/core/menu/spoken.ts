/** The prompts that say menus, by the menus themselves: whatever key is added has its prompt. */
import {
  sharedPurposes,
  wholeMenus,
  type Choice,
  type Key,
  type Menu,
  type SharedPurpose,
  type ToldMenu,
  type WholeMenu,
} from './menu.ts';
import { menus, type MenuName } from './menus.ts';

/** Names the purpose of a choice: "For new messages,". */
export type PurposeName = Purposes<(typeof menus)[MenuName]> | SharedPurpose;
/** Names the key of a choice: "press 1." */
export type PressName = `press-${KeyName}`;

type KeyName = Exclude<Key, '*' | '#'> | 'star' | 'hash';
type Purposes<M> = M extends ToldMenu
  ? never
  : M extends Menu<infer Name, infer Action>
    ? `menu-${Name}-${Exclude<Action, 'up' | 'operator' | 'end'>}`
    : never;

/** The prompt that tells all keys of a menu, where it is one. */
export function wholeOf(menu: Menu | ToldMenu): WholeMenu | undefined {
  return 'says' in menu ? menu.says : undefined;
}

/** The prompts of a menu as they are told. */
export function tellingOf(
  menu: Menu | ToldMenu,
  choices: readonly Choice[],
): (PurposeName | PressName | WholeMenu)[] {
  const whole = wholeOf(menu);
  if (whole !== undefined) return [whole];
  return choices.flatMap((choice) => [purposeOf(menu, choice), pressOf(choice.key)]);
}

export function purposeOf(menu: Menu, choice: Choice): PurposeName {
  return choice.says ?? (`menu-${menu.name}-${choice.does}` as PurposeName);
}

export function pressOf(key: Key): PressName {
  if (key === '*') return 'press-star';
  return key === '#' ? 'press-hash' : `press-${key}`;
}

const keys: readonly Key[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

/** Every prompt that tells a menu. */
export const menuPromptNames: readonly (PurposeName | PressName | WholeMenu)[] = [
  ...new Set([
    ...Object.values<Menu>(menus).flatMap((menu) => tellingOf(menu, menu.choices)),
    ...wholeMenus,
    ...sharedPurposes,
    ...keys.map(pressOf),
  ]),
];
