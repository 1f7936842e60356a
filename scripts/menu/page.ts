/** docs/telephone-menu.md: what each key does and what is said, from the menus and the English prompts. */
import type { Menu } from '../../app/core/menu/menu.ts';
import { tellingOf } from '../../app/core/menu/spoken.ts';
import { conditions, occasionsOf } from './conditions.ts';
import { rowsOf } from './layout.ts';

const intro = `# The menus of the telephone

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
- A text and an e-mail are read out after their announcement, an e-mail with its sender's name and its title; a video plays its sound. All
  keys of a message work on what is read. A fax says how many pages it has; of a picture only its words can be heard. What takes longer
  than a second to be made is waited for, up to a quarter of a minute, and any key goes on without it.
- New messages come urgent ones first, then the oldest first. A deleted message can be brought back by the same key, at once or from the
  deleted messages.
- A message of one's own goes to numbers (each and \`#\`) and distribution lists (\`*\`, the list's key 1 to 99, \`#\`); \`*#\` takes the last
  one back, \`#\` alone ends. Each is said back by spoken name or digits; numbers not served here and full mailboxes are refused at once.
  Nothing is sent without \`1\` at the end: who hangs up has sent nothing. It is then told how many got it, and who did not.
- A private message cannot be sent on. A reply goes to the sender's mailbox here; where there is none, the sender can be called.
- Callers hear the temporary greeting until its time, else the one for busy if that is why the call came here, else the one for no answer,
  else the spoken name, else the system's own. While a greeting plays, \`#\` passes on to the tone, \`*\` leads its owner into the mailbox,
  and \`0\` to the operator, if the class of service has one. A greeting is kept when its owner ends it with \`#\` or falls silent, not
  when they hang up.
- A mailbox that is 90 percent full or more says so after its messages. A caller is told before speaking that it is full, or how
  long a message may still be; where the class of service has a reserve for urgent messages, \`1\` then leaves one, which stays urgent.
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
      const said = tellingOf(menu, [choice]).map((name) => String(texts[name]));
      const when = [
        ...(choice.if === undefined ? [] : [conditions[choice.if]]),
        ...(choice.later === undefined ? [] : ['told later']),
      ];
      const opens = choice.opens === undefined ? undefined : menus[choice.opens]?.title;
      const does = opens === undefined ? choice.label : `${choice.label} → [${opens}](#${anchor(opens)})`;
      return `| \`${key}\` | ${does} | ${when.join(', ')} | ${said.join(' ')} |`;
    }),
  );
  const occasions = occasionsOf(menu);
  const when = occasions.length === 0 ? '' : `${occasions.join(' ')}\n\n`;
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
