/** The wall chart: every menu of the mailbox as one SVG, drawn from the data that the telephone obeys. */
import type { Key, Menu } from '../../app/core/menu/menu.ts';
import { conditions, occasionsOf } from './conditions.ts';
import { headY, keysInOrder, layOut, rowsOf, rowY, size, type Card, type Row } from './layout.ts';

const ink = '#1f2937';
const quiet = '#6b7280';
const palette = [
  '#1d4ed8',
  '#0f766e',
  '#b45309',
  '#7c3aed',
  '#be123c',
  '#0369a1',
  '#4d7c0f',
  '#a21caf',
  '#c2410c',
  '#334155',
  '#047857',
  '#9333ea',
  '#0e7490',
  '#a16207',
];
const letters: Readonly<Partial<Record<Key, string>>> = {
  '2': 'ABC',
  '3': 'DEF',
  '4': 'GHI',
  '5': 'JKL',
  '6': 'MNO',
  '7': 'PQRS',
  '8': 'TUV',
  '9': 'WXYZ',
  '0': '+',
};

export function menuChart(menus: Readonly<Record<string, Menu>>, root: string): string {
  const cards = layOut(menus, root);
  const colour = (name: string): string => palette[Object.keys(menus).indexOf(name) % palette.length] ?? ink;
  const width = Math.max(...cards.map((card) => card.x + size.card)) + size.margin;
  const height = Math.max(...cards.map((card) => card.y + card.height)) + size.margin;
  const playing = Object.values(menus).filter((menu) => menu.whilePlaying === true);
  const wires = cards.map((card) => wire(card, colour(card.menu.name)));
  const boxes = cards.map((card) => box(card, menus, colour));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Inter, 'Segoe UI', Helvetica, Arial, sans-serif" role="img" aria-labelledby="title">
<title id="title">The menus of a mailbox by telephone</title>
<defs>
<linearGradient id="cap" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffffff"/><stop offset="1" stop-color="#e2e8f0"/></linearGradient>
<filter id="shade" x="-5%" y="-5%" width="110%" height="115%"><feDropShadow dx="0" dy="2" stdDeviation="4" flood-color="#0f172a" flood-opacity="0.16"/></filter>
</defs>
<rect width="${width}" height="${height}" fill="#f8fafc"/>
${title(width)}
${wires.join('\n')}
${boxes.join('\n')}
${playing.map((menu) => keypad(menu, size.top, colour(menu.name))).join('\n')}
</svg>
`;
}

function title(width: number): string {
  const notes = [
    'Keys may be pressed at any time and typed ahead through several menus: what is being said stops at once.',
    'Only keys that work are told. A line that presses nothing hears the menu three times, then goodbye.',
  ];
  const lines = notes.map((note, i) => text(size.margin, 116 + i * 24, note, { size: 16, fill: quiet }));
  return `${text(size.margin, 84, 'The mailbox by telephone', { size: 40, weight: 700 })}
${lines.join('\n')}
<line x1="${size.margin}" y1="166" x2="${width - size.margin}" y2="166" stroke="#cbd5e1" stroke-width="1.5"/>`;
}

/** From the row that leads to a card to the card's head. */
function wire(card: Card, colour: string): string {
  if (card.from === undefined) return '';
  const [x1, y1] = [card.from.card.x + size.card, rowY(card.from.card, card.from.row)];
  const [x2, y2] = [card.x, headY(card)];
  const bend = (x2 - x1) * 0.5;
  return `<path d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 3} ${y2}" fill="none" stroke="${colour}" stroke-width="3" opacity="0.75"/>
<circle cx="${x1}" cy="${y1}" r="5" fill="${colour}"/><path d="M${x2 - 11} ${y2 - 6} L${x2} ${y2} L${x2 - 11} ${y2 + 6} Z" fill="${colour}"/>`;
}

type Colour = (name: string) => string;

function box(card: Card, menus: Readonly<Record<string, Menu>>, colour: Colour): string {
  const { menu, x, y, height, rows } = card;
  const hue = colour(menu.name);
  const note = menu.whilePlaying === true ? 'also while it plays' : undefined;
  const [first, ...others] = occasionsOf(menu);
  const when = [
    ...(first === undefined ? [] : [text(x, y - 10, first, { size: 15, fill: quiet, italic: true })]),
    ...others.map((one, i) =>
      text(x + 18, y + height - 12 - (others.length - 1 - i) * 18, one, {
        size: 12.5,
        fill: quiet,
        italic: true,
      }),
    ),
  ];
  return [
    `<g filter="url(#shade)"><rect x="${x}" y="${y}" width="${size.card}" height="${height}" rx="12" fill="#ffffff"/></g>`,
    `<path d="M${x} ${y + size.head - 8} V${y + 12} a12 12 0 0 1 12 -12 H${x + size.card - 12} a12 12 0 0 1 12 12 V${y + size.head - 8} Z" fill="${hue}"/>`,
    text(x + 18, y + 31, menu.title, { size: 20, weight: 700, fill: '#ffffff' }),
    ...(note === undefined
      ? []
      : [text(x + size.card - 18, y + 30, note, { size: 13, fill: '#ffffff', anchor: 'end', italic: true })]),
    ...rows.map((row, i) => line(card, row, rowY(card, i), menus, colour)),
    ...when,
  ].join('\n');
}

function line(
  card: Card,
  { key, choices }: Row,
  y: number,
  menus: Readonly<Record<string, Menu>>,
  colour: Colour,
): string {
  const left = card.x + 16;
  const [first, second] = choices;
  const opens = choices.find((choice) => choice.opens !== undefined)?.opens;
  const target = opens === undefined ? undefined : menus[opens];
  const only = second === undefined ? first?.if : undefined;
  const condition = only === undefined ? undefined : conditions[only];
  const above = condition === undefined && second === undefined ? y + 5.5 : y - 2;
  return [
    cap(left, y, key),
    text(left + 52, above, first?.label ?? '', { size: 16 }),
    ...(condition === undefined
      ? []
      : [text(left + 52, y + 13, condition, { size: 11.5, fill: quiet, italic: true })]),
    ...(second === undefined
      ? []
      : [text(left + 52, y + 14, `or ${second.label}`, { size: 13, fill: quiet })]),
    ...(target === undefined ? [] : [pill(card.x + size.card - 14, y, target.title, colour(target.name))]),
  ].join('\n');
}

/** The keys of a menu as they lie on a telephone. */
function keypad(menu: Menu, y: number, hue: string): string {
  const [gap, inner, capHeight] = [10, 16, 78];
  const capWidth = (size.card - 2 * inner - 2 * gap) / 3;
  const x = size.margin;
  const height = size.head + inner + 4 * (capHeight + gap) + inner - gap;
  const rows = rowsOf(menu);
  const keys = keysInOrder.map((key, i) => {
    const left = x + inner + (i % 3) * (capWidth + gap);
    const top = y + size.head + inner + Math.floor(i / 3) * (capHeight + gap);
    const [first, second] = rows.find((row) => row.key === key)?.choices ?? [];
    const middle = left + capWidth / 2;
    const label = (what: string, at: number) =>
      text(middle, top + at, what, { size: 12, anchor: 'middle', fill: first === undefined ? quiet : ink });
    return [
      `<rect x="${left}" y="${top}" width="${capWidth}" height="${capHeight}" rx="12" fill="url(#cap)" stroke="#94a3b8" stroke-width="1.2" opacity="${first === undefined ? 0.45 : 1}"/>`,
      text(middle, top + 32, key === '*' ? '✱' : key, {
        size: 24,
        weight: 700,
        anchor: 'middle',
        fill: first === undefined ? quiet : hue,
      }),
      ...(first === undefined ? [] : [label(first.label, second === undefined ? 56 : 51)]),
      ...(second === undefined ? [] : [label(`or ${second.label}`, 67)]),
    ].join('');
  });
  return [
    `<g filter="url(#shade)"><rect x="${x}" y="${y}" width="${size.card}" height="${height}" rx="12" fill="#ffffff"/></g>`,
    text(x + 18, y + 34, `${menu.title}, while it plays too`, { size: 18, weight: 700, fill: hue }),
    ...keys,
  ].join('\n');
}

/** A key of a telephone. */
function cap(x: number, y: number, key: Key): string {
  const sub = letters[key];
  const digit = key === '*' ? '✱' : key;
  return [
    `<rect x="${x}" y="${y - 16}" width="38" height="32" rx="7" fill="url(#cap)" stroke="#94a3b8" stroke-width="1.2"/>`,
    text(x + 19, sub === undefined ? y + 6.5 : y + 2.5, digit, { size: 17, weight: 700, anchor: 'middle' }),
    ...(sub === undefined ? [] : [text(x + 19, y + 12, sub, { size: 8, fill: quiet, anchor: 'middle' })]),
  ].join('');
}

/** Names the menu that a key leads to, ending at `right`. */
function pill(right: number, y: number, name: string, colour: string): string {
  const width = Math.round(name.length * 7.4 + 24);
  return `<rect x="${right - width}" y="${y - 12}" width="${width}" height="24" rx="12" fill="${colour}" fill-opacity="0.12"/>${text(right - width / 2, y + 4.5, `${name} ›`, { size: 12, weight: 600, fill: colour, anchor: 'middle' })}`;
}

interface TextStyle {
  readonly size: number;
  readonly weight?: number;
  readonly fill?: string;
  readonly anchor?: 'middle' | 'end';
  readonly italic?: boolean;
}

function text(x: number, y: number, what: string, style: TextStyle): string {
  const { weight, fill = ink, anchor, italic } = style;
  const extra = [
    ...(weight === undefined ? [] : [`font-weight="${weight}"`]),
    ...(anchor === undefined ? [] : [`text-anchor="${anchor}"`]),
    ...(italic === true ? ['font-style="italic"'] : []),
  ];
  return `<text x="${x}" y="${y}" font-size="${style.size}" fill="${fill}" ${extra.join(' ')}>${escaped(what)}</text>`;
}

function escaped(what: string): string {
  return what.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
