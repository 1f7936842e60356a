/** Where the menus stand on the wall chart: the main menu at the left, what each key leads to at its right. */
import type { Choice, Key, Menu } from '../../app/core/menu/menu.ts';
import { occasionsOf } from './conditions.ts';

/** All lengths in units of the SVG, about a pixel. `aside` is kept free above the main menu. */
export const size = {
  card: 392,
  head: 54,
  row: 40,
  foot: 12,
  note: 18,
  columnGap: 128,
  cardGap: 34,
  margin: 56,
  top: 210,
  aside: 500,
};

/** What one key does: more than one thing under different conditions. */
export interface Row {
  readonly key: Key;
  readonly choices: readonly Choice[];
}

export interface Card {
  readonly menu: Menu;
  readonly rows: readonly Row[];
  readonly column: number;
  /** The row that leads to it first; absent for a menu that no key leads to. */
  readonly from?: { readonly card: Card; readonly row: number };
  readonly x: number;
  y: number;
  readonly height: number;
}

/** As on a telephone. */
export const keysInOrder: readonly Key[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

export function rowsOf(menu: Menu): Row[] {
  return keysInOrder.flatMap((key) => {
    const choices = menu.choices.filter((choice) => choice.key === key);
    return choices.length === 0 ? [] : [{ key, choices }];
  });
}

export function layOut(menus: Readonly<Record<string, Menu>>, root: string): Card[] {
  const cards = new Map<string, Card>();
  const add = (name: string, column: number, from?: Card['from']): void => {
    const menu = menus[name];
    if (menu === undefined || cards.has(name)) return;
    const rows = rowsOf(menu);
    cards.set(name, {
      menu,
      rows,
      column,
      ...(from === undefined ? {} : { from }),
      x: size.margin + column * (size.card + size.columnGap),
      y: size.top,
      // The first occasion stands above the card.
      height:
        size.head +
        rows.length * size.row +
        size.foot +
        Math.max(0, occasionsOf(menu).length - 1) * size.note,
    });
  };
  add(root, 0);
  // A map goes on with what is added while it is gone through: breadth first.
  for (const card of cards.values())
    for (const [row, { choices }] of card.rows.entries())
      for (const { opens } of choices) if (opens !== undefined) add(opens, card.column + 1, { card, row });
  for (const name of Object.keys(menus)) add(name, 0);
  const all = [...cards.values()];
  place(all);
  return all;
}

/** Where a line from this row begins, or one to the card ends. */
export function rowY(card: Card, row: number): number {
  return card.y + size.head + (row + 0.5) * size.row;
}

export function headY(card: Card): number {
  return card.y + size.head / 2;
}

function place(cards: readonly Card[]): void {
  const last = Math.max(...cards.map(({ column }) => column));
  for (let column = 1; column <= last; column++) {
    let free = size.top;
    for (const card of cards.filter((one) => one.column === column)) {
      const wish =
        column === 1 || card.from === undefined ? free : rowY(card.from.card, card.from.row) - size.head / 2;
      card.y = Math.max(free, wish);
      free = card.y + card.height + size.cardGap;
    }
  }
  const [root, ...alone] = cards.filter(({ column }) => column === 0);
  if (root === undefined) return;
  const children = cards.filter((card) => card.from?.card === root);
  const bottom = Math.max(root.y + root.height, ...children.map((card) => card.y + card.height));
  const middle = (size.top + bottom) / 2;
  root.y = Math.max(size.top + size.aside, Math.round(middle - root.height * 0.7));
  let free = root.y + root.height + size.cardGap * 2;
  for (const card of alone) {
    card.y = free + 22;
    free = card.y + card.height + size.cardGap;
  }
}
