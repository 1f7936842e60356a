/** The prompts that say menus, by the menus themselves: whatever key is added has its prompt. */
import { sharedPurposes, type Choice, type Key, type Menu, type SharedPurpose } from './menu.ts';
import { menus, type MenuName } from './menus.ts';

/** Names the purpose of a choice: "For new messages,". */
export type PurposeName = Purposes<(typeof menus)[MenuName]> | SharedPurpose;
/** Names the key of a choice: "press 1." */
export type PressName = `press-${KeyName}`;

type KeyName = Exclude<Key, '*' | '#'> | 'star' | 'hash';
type Purposes<M> =
  M extends Menu<infer Name, infer Action>
    ? `menu-${Name}-${Exclude<Action, 'up' | 'operator' | 'end'>}`
    : never;

export function purposeOf(menu: Menu, choice: Choice): PurposeName {
  return choice.says ?? (`menu-${menu.name}-${choice.does}` as PurposeName);
}

export function pressOf(key: Key): PressName {
  if (key === '*') return 'press-star';
  return key === '#' ? 'press-hash' : `press-${key}`;
}

const keys: readonly Key[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

/** Every prompt that `purposeOf` and `pressOf` may name. */
export const menuPromptNames: readonly (PurposeName | PressName)[] = [
  ...new Set([
    ...Object.values<Menu>(menus).flatMap((menu) => menu.choices.map((choice) => purposeOf(menu, choice))),
    ...sharedPurposes,
    ...keys.map(pressOf),
  ]),
];
