/** docs/telephone-menu.md: what each key does and what is said, from the menus and the English prompts. */
import type { Menu } from '../../app/core/menu/menu.ts';
import { pressOf, purposeOf } from '../../app/core/menu/spoken.ts';
import { conditions } from './conditions.ts';
import { rowsOf } from './layout.ts';

const intro = `# The mailbox by telephone

![Every menu of the mailbox](telephone-menu.svg)

This page and its picture are made by \`npm run menu:docs\` from \`app/core/menu/menus.ts\`, the same data that the telephone obeys and
\`test/flows/menu.test.ts\` walks: a key that is changed there is changed everywhere.

- Keys may be pressed at any time: what is being said stops, and the key counts. Keys for several menus may be typed ahead: \`162\` opens
  the new messages, passes to the second and saves it.
- Each key is told as a purpose and a key, and only while it works. Another key is said to do nothing, and the menu comes again.
- A line that presses nothing hears the menu three times (the second time with the keys that are *told later*), then goodbye.
- While a message plays its keys work too. \`7\` and \`9\` go back and forward by five seconds, \`8\` holds it for up to a minute and goes on.
  The speed (0.75, 1, 1.25, 1.5, 2) stays for the rest of the call.
- A message is announced by its sender, by name where they have spoken one for their own mailbox here, and by its time in the
  subscriber's zone. \`1\` passes over the announcement. It counts as heard once a key stops its sound, or three seconds of it (half of a shorter one)
  were played.
- New messages come urgent ones first, then the oldest first. A deleted message can be brought back by the same key, at once or from the
  deleted messages.
- While the store is away the subscriber is told so and stays where they are; nothing is lost.
`;

export function menuPage(
  menus: Readonly<Record<string, Menu>>,
  texts: Readonly<Record<string, unknown>>,
): string {
  return [intro, ...Object.values(menus).map((menu) => section(menu, menus, texts))].join('\n');
}

function section(
  menu: Menu,
  menus: Readonly<Record<string, Menu>>,
  texts: Readonly<Record<string, unknown>>,
): string {
  const rows = rowsOf(menu).flatMap(({ key, choices }) =>
    choices.map((choice) => {
      const said = `${String(texts[purposeOf(menu, choice)])} ${String(texts[pressOf(key)])}`;
      const when = [
        ...(choice.if === undefined ? [] : [conditions[choice.if]]),
        ...(choice.later === undefined ? [] : ['told later']),
      ];
      const opens = choice.opens === undefined ? undefined : menus[choice.opens]?.title;
      const does = opens === undefined ? choice.label : `${choice.label} → [${opens}](#${anchor(opens)})`;
      return `| \`${key}\` | ${does} | ${when.join(', ')} | ${said} |`;
    }),
  );
  const when = menu.when === undefined ? '' : `Asked when ${menu.when}.\n\n`;
  return `## ${menu.title}

${when}| key | does | offered | is told |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** As GitHub names the heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
