import type { Condition } from '../../app/core/menu/menu.ts';

/** When a key is offered, for people. `undefined`: the two that share the key make it plain. */
export const conditions: Readonly<Record<Condition, string | undefined>> = {
  operator: 'if there is an operator',
  'sender-known': 'if the sender is known',
  kept: undefined,
  deleted: undefined,
  urgent: undefined,
  'not-urgent': undefined,
  'has-sound': 'if it has sound',
  'in-mailbox': undefined,
  alone: undefined,
  'has-voice': 'if there are any',
  'has-fax': 'if there are any',
  'has-text': 'if there are any',
  'has-email': 'if there is any',
  'has-picture': 'if there are any',
  recorded: 'if one is recorded',
  'takes-messages': undefined,
  'announcement-only': undefined,
  'notices-on': undefined,
  'notices-off': undefined,
  'calls-on': undefined,
  'calls-off': undefined,
  'several-languages': 'if there are several',
  'has-members': 'if it has numbers',
};
