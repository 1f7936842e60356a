/** A menu of the telephone interface as data: flows act by it and say it, tests walk it, the guide draws it. */

export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#';

export interface Menu<Name extends string = string, Action extends string = string> {
  readonly name: Name;
  /** For the picture and the guide, in English. */
  readonly title: string;
  /** When it is asked, where no key leads to it or not always; for the picture and the guide, in English. */
  readonly when?: string;
  /** In the order in which they are said. */
  readonly choices: readonly Choice<Action>[];
  /** The keys work while a message is being played too, and stop it. */
  readonly whilePlaying?: true;
  /** Keys that mean nothing here and are passed over in silence. */
  readonly ignores?: Key;
  /** What is done where no key came. Default: it is told three times, then the call ends. */
  readonly onSilence?: Silence<Action>;
  /** What hanging up does. Default: nothing. */
  readonly onHangUp?: Action;
  /**
   * What a key does that is no choice. Default: it is said to do nothing, and the menu comes again. `silence`: the same, and it
   * counts as none. `kept`: it does what silence does and is left for the next menu, as is one that was typed before.
   */
  readonly otherKeys?: 'silence' | 'kept';
}

export interface Silence<Action extends string = string> {
  readonly does: Action;
  /** After it was told so many times in vain. */
  readonly told: number;
  /** How long a key is waited for each time, in milliseconds; default 5 seconds. */
  readonly waitMs?: number;
}

/** A menu whose keys one prompt tells. */
export interface ToldMenu<Name extends string = string, Action extends string = string> extends Menu<
  Name,
  Action
> {
  readonly says: WholeMenu;
}

export const wholeMenus = ['recording-review', 'offer-pin'] as const;
export type WholeMenu = (typeof wholeMenus)[number];

/**
 * One key. It is told as a purpose and a key: the prompt `menu-<menu>-<action>` ("For new messages,") and
 * `press-<key>` ("press 1.").
 */
export interface Choice<Action extends string = string> {
  readonly key: Key;
  readonly does: Action;
  /** For the picture and the guide, in English. */
  readonly label: string;
  /** The prompt that says the purpose, where it is not the menu's own. */
  readonly says?: SharedPurpose;
  /** Name of another menu that it leads to. */
  readonly opens?: string;
  /** Offered, and told, only while this holds; else the key is another choice's or invalid. */
  readonly if?: Condition;
  /** Told only when the menu is asked again: it is understood without, or seldom wanted. */
  readonly later?: true;
}

/** Purposes that several menus share. */
export const sharedPurposes = ['menu-back', 'menu-operator', 'menu-cancel', 'menu-end'] as const;
export type SharedPurpose = (typeof sharedPurposes)[number];

export type Condition =
  /** The class of service names an operator. */
  | 'operator'
  | 'sender-known'
  /** The message has pages. */
  | 'can-be-faxed'
  /** A message's state. */
  | 'kept'
  | 'deleted'
  | 'urgent'
  | 'not-urgent'
  | 'private'
  | 'not-private'
  /** The message has sound. */
  | 'has-sound'
  /** The message was reached through the mailbox, or is alone. */
  | 'in-mailbox'
  | 'alone'
  /** Kinds of message that are there. */
  | 'has-voice'
  | 'has-fax'
  | 'has-text'
  | 'has-email'
  | 'has-picture'
  /** The greeting was recorded. */
  | 'recorded'
  /** What callers get after the greeting: a tone, or the end. */
  | 'takes-messages'
  | 'announcement-only'
  /** What the subscriber is told of, and how. */
  | 'notices-on'
  | 'notices-off'
  | 'calls-on'
  | 'calls-off'
  | 'several-languages'
  /** The distribution list has numbers. */
  | 'has-members';

/** The choices whose condition holds, in order. */
export function offered<Action extends string>(
  menu: Menu<string, Action>,
  available: readonly Condition[],
): readonly Choice<Action>[] {
  return menu.choices.filter((choice) => choice.if === undefined || available.includes(choice.if));
}

/** What a key does now; `undefined` = nothing. */
export function actionOf<Action extends string>(
  menu: Menu<string, Action>,
  key: string,
  available: readonly Condition[],
): Action | undefined {
  return offered(menu, available).find((choice) => choice.key === key)?.does;
}
