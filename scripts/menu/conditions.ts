import type { Condition, Menu } from '../../app/core/menu/menu.ts';

/** When a key is offered, for people. */
export const conditions: Readonly<Record<Condition, string>> = {
  operator: 'if there is an operator',
  'sender-known': 'if the sender is known',
  'can-be-faxed': 'if it has pages',
  kept: 'if it is not deleted',
  deleted: 'if it is deleted',
  urgent: 'if it is urgent',
  'not-urgent': 'if it is not urgent',
  private: 'if it is private',
  'not-private': 'if it is not private',
  'has-sound': 'if it has sound',
  'in-mailbox': 'in the mailbox',
  alone: 'if opened by its reference',
  'has-voice': 'if there are any',
  'has-fax': 'if there are any',
  'has-text': 'if there are any',
  'has-email': 'if there is any',
  'has-picture': 'if there are any',
  recorded: 'if one is recorded',
  'takes-messages': 'while messages are taken',
  'announcement-only': 'while none are taken',
  'notices-on': 'while they are on',
  'notices-off': 'while they are off',
  'calls-on': 'while they are on',
  'calls-off': 'while they are off',
  'several-languages': 'if there are several',
  'has-members': 'if it has numbers',
};

/** When a menu is asked, and what becomes of it without a key; for people. */
export function occasionsOf(menu: Menu): string[] {
  const { when, onSilence, onHangUp, otherKeys } = menu;
  const label = (action: string): string => menu.choices.find(({ does }) => does === action)?.label ?? action;
  const times = onSilence?.told === 1 ? 'once' : `${onSilence?.told} times`;
  return [
    ...(when === undefined ? [] : [`Asked when ${when}.`]),
    ...(onHangUp === undefined ? [] : [`Hanging up: ${label(onHangUp)}.`]),
    ...(onSilence === undefined ? [] : [`No key after it was told ${times}: ${label(onSilence.does)}.`]),
    ...(otherKeys === undefined ? [] : [others[otherKeys]]),
  ];
}

const others = {
  silence: 'Another key counts as none.',
  kept: 'Another key is for what comes next.',
} as const;
