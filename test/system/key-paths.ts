/**
 * The way to each key of each menu, made from the menus themselves: which keys lead there from a call's begin, and what a
 * subscriber must have for it. A key that is added to a menu has its path by itself; a menu that is added needs its way.
 */
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Choice, Condition, Menu } from '../../app/core/menu/menu.ts';
import { menus, type MenuName } from '../../app/core/menu/menus.ts';
import type { Settings } from '../../app/core/profile/settings.ts';
import { babble } from '../audio/babble.ts';
import type { Act, Presser } from '../sipp/pressing.ts';
import { putMessage, type Put } from './put-message.ts';
import { access, type System } from './system.ts';

/** A key that is to be pressed, as the controller's log tells it. */
export interface Pressed {
  readonly menu: string;
  readonly key: string;
  readonly action: string;
}

export interface Path {
  readonly presses: Pressed;
  /** What there must be before. */
  readonly messages: readonly Put[];
  readonly settings: Settings;
  readonly textsStopped: boolean;
  /** How the call is made; `called` is one that we make. */
  readonly way: 'own-phone' | 'other-phone' | 'reference' | 'caller' | 'called';
  /** From the answer to the key. */
  readonly acts: readonly Act[];
}

interface Have {
  readonly messages?: readonly Put[];
  readonly settings?: Settings;
  readonly textsStopped?: true;
  readonly way?: Path['way'];
  /** Pressed in the menu before, so that the condition holds. */
  readonly before?: string;
}

const voice: Put = { sound: babble(4000, 1) };
const media = 'test-greeting' as MediaId;
const sound = babble(1000, 3);
const recorded = { unavailable: { media, contentType: 'audio/PCMU', durationMs: 1000 } };
const member = '+12025550131' as E164;
const kinds: readonly Put[] = [
  voice,
  { kind: 'fax' },
  { kind: 'text' },
  { kind: 'email' },
  { kind: 'image' },
];

/** From the first key on; where nothing is said, the call is the subscriber's own and `#` leads to the main menu. */
const ways: Readonly<Record<MenuName, Have & { readonly acts: readonly Act[] }>> = {
  main: { acts: [{ keys: '#' }] },
  kinds: { messages: kinds, acts: [{ keys: '#1' }] },
  message: { messages: [voice], acts: [{ keys: '#1' }] },
  answer: { messages: [voice], acts: [{ keys: '#14' }] },
  more: { messages: [voice], acts: [{ keys: '#10' }] },
  greetings: { acts: [{ keys: '#5' }] },
  greeting: { settings: { greetings: recorded }, acts: [{ keys: '#51' }] },
  settings: { acts: [{ keys: '#6' }] },
  list: { settings: { lists: { '3': { members: [member] } } }, acts: [{ keys: '#653#' }] },
  // The second `#` ends the numbers, the third passes over what is said before the tone.
  recipients: {
    acts: [
      { keys: '#42025550131##' },
      { waitMs: 500 },
      { keys: '#' },
      { waitMs: 1500 },
      'speaks',
      { keys: '#' },
    ],
  },
  review: { way: 'caller', acts: [{ keys: '#' }, { waitMs: 1500 }, 'speaks', { keys: '#' }] },
  delivery: { way: 'called', messages: [voice], acts: [] },
  connection: { way: 'called', messages: [voice], acts: [] },
  // The number of the mailbox, which the path's caller fills in.
  code: { way: 'other-phone', acts: [{ keys: '*' }] },
  // Typed ahead it would be the mailbox's key.
  offer: { acts: [{ keys: '#' }, { waitMs: 2500 }, { keys: '' }] },
};

/** What makes a condition hold, in one menu or in each; others hold by `ways`. */
const haves: Readonly<Partial<Record<Condition, Readonly<Partial<Record<MenuName | 'each', Have>>>>>> = {
  deleted: { each: { before: '3' } },
  urgent: {
    more: { messages: [{ ...voice, urgent: true }] },
    recipients: { before: '4' },
    review: { before: '5' },
  },
  private: { each: { before: '6' } },
  alone: { each: { way: 'reference' } },
  'announcement-only': { each: { settings: { greetings: { announcementOnly: true } } } },
  'notices-off': { each: { textsStopped: true } },
  'can-be-faxed': { each: { messages: [{ kind: 'text', words: 'Good morning.' }] } },
  'calls-on': { each: { settings: { deliverByCall: true } } },
};

export const paths: readonly Path[] = (Object.entries(menus) as [MenuName, Menu][]).flatMap(([name, menu]) =>
  menu.choices.map((choice) => pathOf(name, choice)),
);

function pathOf(name: MenuName, choice: Choice): Path {
  const way = ways[name];
  const have = choice.if === undefined ? {} : haveOf(name, choice.if);
  const keys = `${have.before ?? ''}${choice.key}`;
  const last = way.acts.at(-1);
  const acts: Act[] =
    last !== undefined && last !== 'speaks' && 'keys' in last
      ? [...way.acts.slice(0, -1), { keys: `${last.keys}${keys}` }]
      : [...way.acts, { keys }];
  return {
    presses: { menu: name, key: choice.key, action: choice.does },
    messages: have.messages ?? way.messages ?? [],
    settings: { ...way.settings, ...have.settings },
    textsStopped: have.textsStopped ?? false,
    way: have.way ?? way.way ?? 'own-phone',
    acts,
  };
}

function haveOf(name: MenuName, condition: Condition): Have {
  const have = haves[condition];
  return have?.[name] ?? have?.each ?? {};
}

const withoutPin = ['offer', 'code'];

/** Makes the subscriber that a path is about, and whoever calls. */
export async function peopleFor(
  path: Path,
  n: number,
  system: System,
  pinHash: string,
): Promise<Presser & { readonly own: E164; readonly reference: string }> {
  const own = `+1202555${String(4000 + n)}` as E164;
  const other = `+1303555${String(4000 + n)}`;
  const { store } = system;
  const { mailbox } = await store.mailboxes.findOrCreate({
    id: crypto.randomUUID() as MailboxId,
    number: own,
    origin: 'provisioned',
    classOfService: 'standard',
    created: new Date(),
  });
  const put = [];
  for (const message of path.messages) put.push(await putMessage(system, own, message));
  if (Object.keys(path.settings).length > 0)
    await store.mailboxes.update(mailbox.id, { settings: path.settings });
  if (path.settings.greetings?.unavailable !== undefined)
    await store.media.put(media, 'audio/PCMU', sound, 'owner' as never);
  if (path.textsStopped) await store.mailboxes.stopTexts(mailbox.id, new Date());
  // Else the offer of one would take keys of its own.
  if (!withoutPin.includes(path.presses.menu))
    await store.credentials.setPin({
      mailbox: mailbox.id,
      hash: pinHash,
      set: new Date(),
      mustChange: false,
      keep: 5,
    });
  const { acts } = path;
  const reference = put[0]?.reference ?? '';
  switch (path.way) {
    case 'own-phone':
    case 'called':
      return { own, reference, to: access, from: own, acts };
    case 'caller':
      return { own, reference, to: own, from: other, acts };
    case 'reference':
      // The mailbox is not entered: what follows its first keys is for the message.
      return {
        own,
        reference,
        to: access,
        from: own,
        acts: [{ keys: `${reference}#${path.presses.key}` }],
      };
    case 'other-phone':
      return {
        own,
        reference,
        to: access,
        from: other,
        acts: [{ keys: `*${own.slice(2)}#${path.presses.key}` }],
      };
  }
}
