/** Every menu of the telephone. Changing a key here changes it on the telephone, in the tests and in the guide. */
import type { Menu, ToldMenu } from './menu.ts';

export type MainAction =
  | 'new'
  | 'saved'
  | 'find'
  | 'compose'
  | 'greetings'
  | 'settings'
  | 'trash'
  | 'operator'
  | 'end';
export type MessageAction =
  | 'play'
  | 'save'
  | 'delete'
  | 'restore'
  | 'answer'
  | 'details'
  | 'next'
  | 'back'
  | 'pause'
  | 'forward'
  | 'more'
  | 'up'
  | 'end';
export type AnswerAction = 'reply' | 'send-on' | 'call-sender' | 'send-fax' | 'up';
export type MoreAction =
  | 'slower'
  | 'normal-speed'
  | 'faster'
  | 'previous'
  | 'mark-urgent'
  | 'mark-normal'
  | 'operator'
  | 'up';
export type KindAction = 'all' | 'voice' | 'fax' | 'text' | 'email' | 'picture' | 'up';
export type GreetingsAction =
  | 'unavailable'
  | 'busy'
  | 'temporary'
  | 'name'
  | 'announcement-only'
  | 'take-messages'
  | 'up';
export type GreetingAction = 'hear' | 'record' | 'remove' | 'up';
export type SettingsAction =
  | 'pin'
  | 'language'
  | 'notices-off'
  | 'notices-on'
  | 'calls-off'
  | 'calls-on'
  | 'lists'
  | 'up';
export type ListAction = 'hear' | 'add' | 'remove' | 'delete' | 'up';
export type RecipientsAction = 'send' | 'hear' | 'record-again' | 'mark-urgent' | 'mark-normal' | 'up';
export type DeliveryAction = 'hear' | 'end';
export type ConnectionAction = 'connect' | 'end';
export type CodeAction = 'send' | 'up';
export type OfferAction = 'choose' | 'go-on';
export type ReviewAction =
  | 'send'
  | 'hear'
  | 'record-again'
  | 'add'
  | 'mark-urgent'
  | 'mark-normal'
  | 'mark-private'
  | 'mark-not-private';

const up = { key: '*', does: 'up', label: 'back', says: 'menu-back' } as const;
const operator = {
  key: '0',
  does: 'operator',
  label: 'operator',
  says: 'menu-operator',
  if: 'operator',
} as const;
const end = { key: '*', does: 'end', label: 'end', says: 'menu-end' } as const;

export const main: Menu<'main', MainAction> = {
  name: 'main',
  title: 'Main menu',
  choices: [
    { key: '1', does: 'new', label: 'new messages', opens: 'kinds' },
    { key: '2', does: 'saved', label: 'saved messages', opens: 'kinds' },
    { key: '3', does: 'find', label: 'messages of one caller', opens: 'message' },
    { key: '4', does: 'compose', label: 'send a message', opens: 'recipients' },
    { key: '5', does: 'greetings', label: 'greetings', opens: 'greetings' },
    { key: '6', does: 'settings', label: 'settings', opens: 'settings' },
    { key: '7', does: 'trash', label: 'deleted messages', opens: 'message' },
    operator,
    end,
  ],
};

export const kinds: Menu<'kinds', KindAction> = {
  name: 'kinds',
  title: 'Kinds of message',
  when: 'messages of several kinds wait',
  choices: [
    { key: '1', does: 'all', label: 'all', opens: 'message' },
    { key: '2', does: 'voice', label: 'voice', opens: 'message', if: 'has-voice' },
    { key: '3', does: 'fax', label: 'fax', opens: 'message', if: 'has-fax' },
    { key: '4', does: 'text', label: 'text', opens: 'message', if: 'has-text' },
    { key: '5', does: 'email', label: 'e-mail', opens: 'message', if: 'has-email' },
    { key: '6', does: 'picture', label: 'pictures and video', opens: 'message', if: 'has-picture' },
    up,
  ],
};

export const message: Menu<'message', MessageAction> = {
  name: 'message',
  title: 'A message',
  whilePlaying: true,
  // It may still follow a reference that was dialled.
  ignores: '#',
  choices: [
    { key: '1', does: 'play', label: 'hear again', if: 'has-sound' },
    { key: '2', does: 'save', label: 'save' },
    { key: '3', does: 'delete', label: 'delete', if: 'kept' },
    { key: '3', does: 'restore', label: 'bring back', if: 'deleted' },
    { key: '4', does: 'answer', label: 'answer', opens: 'answer' },
    { key: '5', does: 'details', label: 'who and when' },
    { key: '6', does: 'next', label: 'next message' },
    { key: '7', does: 'back', label: 'back 5 seconds', if: 'has-sound', later: true },
    { key: '8', does: 'pause', label: 'pause, go on', if: 'has-sound', later: true },
    { key: '9', does: 'forward', label: 'forward 5 seconds', if: 'has-sound', later: true },
    { key: '0', does: 'more', label: 'more', opens: 'more' },
    { key: '*', does: 'up', label: 'main menu', if: 'in-mailbox' },
    { ...end, if: 'alone' },
  ],
};

export const answer: Menu<'answer', AnswerAction> = {
  name: 'answer',
  title: 'Answer',
  choices: [
    { key: '1', does: 'reply', label: 'reply by voice', opens: 'recipients', if: 'sender-known' },
    { key: '2', does: 'send-on', label: 'send on to others', opens: 'recipients' },
    { key: '3', does: 'call-sender', label: 'call the sender', if: 'sender-known' },
    { key: '4', does: 'send-fax', label: 'send to a fax machine', if: 'can-be-faxed' },
    up,
  ],
};

export const more: Menu<'more', MoreAction> = {
  name: 'more',
  title: 'More',
  choices: [
    { key: '1', does: 'slower', label: 'slower', if: 'has-sound' },
    { key: '2', does: 'normal-speed', label: 'normal speed', if: 'has-sound' },
    { key: '3', does: 'faster', label: 'faster', if: 'has-sound' },
    { key: '4', does: 'previous', label: 'previous message' },
    { key: '5', does: 'mark-urgent', label: 'mark urgent', if: 'not-urgent' },
    { key: '5', does: 'mark-normal', label: 'no longer urgent', if: 'urgent' },
    operator,
    up,
  ],
};

export const greetings: Menu<'greetings', GreetingsAction> = {
  name: 'greetings',
  title: 'Greetings',
  choices: [
    { key: '1', does: 'unavailable', label: 'when you do not answer', opens: 'greeting' },
    { key: '2', does: 'busy', label: 'when you are busy', opens: 'greeting' },
    { key: '3', does: 'temporary', label: 'for a time', opens: 'greeting' },
    { key: '4', does: 'name', label: 'your name', opens: 'greeting' },
    { key: '5', does: 'announcement-only', label: 'take no messages', if: 'takes-messages' },
    { key: '5', does: 'take-messages', label: 'take messages again', if: 'announcement-only' },
    up,
  ],
};

export const greeting: Menu<'greeting', GreetingAction> = {
  name: 'greeting',
  title: 'One greeting',
  choices: [
    { key: '1', does: 'hear', label: 'hear', if: 'recorded' },
    { key: '2', does: 'record', label: 'record' },
    { key: '3', does: 'remove', label: 'remove', if: 'recorded' },
    up,
  ],
};

export const settings: Menu<'settings', SettingsAction> = {
  name: 'settings',
  title: 'Settings',
  choices: [
    { key: '1', does: 'pin', label: 'PIN' },
    { key: '2', does: 'language', label: 'language', if: 'several-languages' },
    { key: '3', does: 'notices-off', label: 'no texts about messages', if: 'notices-on' },
    { key: '3', does: 'notices-on', label: 'texts about messages', if: 'notices-off' },
    { key: '4', does: 'calls-off', label: 'no messages by a call', if: 'calls-on' },
    { key: '4', does: 'calls-on', label: 'messages by a call', if: 'calls-off' },
    { key: '5', does: 'lists', label: 'distribution lists', opens: 'list' },
    up,
  ],
};

/** Asked once the list's number was entered. */
export const list: Menu<'list', ListAction> = {
  name: 'list',
  title: 'A distribution list',
  choices: [
    { key: '1', does: 'hear', label: 'hear', if: 'has-members' },
    { key: '2', does: 'add', label: 'add a number' },
    { key: '3', does: 'remove', label: 'remove a number', if: 'has-members' },
    { key: '4', does: 'delete', label: 'delete the list', if: 'has-members' },
    up,
  ],
};

/** A message of one's own is recorded and its recipients are known. */
export const recipients: Menu<'recipients', RecipientsAction> = {
  name: 'recipients',
  title: 'Send',
  choices: [
    { key: '1', does: 'send', label: 'send' },
    { key: '2', does: 'hear', label: 'hear' },
    { key: '3', does: 'record-again', label: 'record again' },
    { key: '4', does: 'mark-urgent', label: 'mark urgent', if: 'not-urgent' },
    { key: '4', does: 'mark-normal', label: 'no longer urgent', if: 'urgent' },
    { ...up, label: 'do not send', says: 'menu-cancel' },
  ],
};

/** We called: a machine presses nothing and hears nothing. */
export const delivery: Menu<'delivery', DeliveryAction> = {
  name: 'delivery',
  title: 'We called with a message',
  when: 'the system calls the subscriber',
  choices: [{ key: '1', does: 'hear', label: 'hear it' }, end],
};

/** The same, where the subscriber asked to be connected with the sender. */
export const connection: Menu<'connection', ConnectionAction> = {
  name: 'connection',
  title: 'We called to connect',
  when: 'the system calls the subscriber back',
  choices: [{ key: '1', does: 'connect', label: 'be connected' }, end],
};

/** The caller may be anybody: a code proves that the subscriber's telephone is theirs. */
export const code: Menu<'code', CodeAction> = {
  name: 'code',
  title: 'No PIN yet',
  when: 'a mailbox without a PIN is called from another telephone',
  choices: [{ key: '1', does: 'send', label: 'get a code by text' }, up],
};

/** Nothing is owed for passing it over: the mailbox comes next in any case. */
export const offer: ToldMenu<'offer', OfferAction> = {
  name: 'offer',
  title: 'Offer of a PIN',
  when: 'a mailbox without a PIN is called from its own telephone',
  says: 'offer-pin',
  choices: [
    { key: '9', does: 'choose', label: 'choose a PIN' },
    { key: '0', does: 'go-on', label: 'go on without', opens: 'main' },
  ],
  onSilence: { does: 'go-on', told: 1, waitMs: 3000 },
  otherKeys: 'kept',
};

/** A caller's message is recorded: it is theirs to change, and lost by nothing that they do. */
export const review: ToldMenu<'review', ReviewAction> = {
  name: 'review',
  title: 'A message is left',
  when: 'a caller ends a message with #',
  says: 'recording-review',
  choices: [
    { key: '1', does: 'send', label: 'send' },
    { key: '2', does: 'hear', label: 'hear' },
    { key: '3', does: 'record-again', label: 'record again' },
    { key: '4', does: 'add', label: 'add more' },
    { key: '5', does: 'mark-urgent', label: 'mark urgent', if: 'not-urgent' },
    { key: '5', does: 'mark-normal', label: 'no longer urgent', if: 'urgent' },
    { key: '6', does: 'mark-private', label: 'mark private', if: 'not-private' },
    { key: '6', does: 'mark-not-private', label: 'no longer private', if: 'private' },
    { key: '#', does: 'send', label: 'send' },
  ],
  onSilence: { does: 'send', told: 2 },
  onHangUp: 'send',
  otherKeys: 'silence',
};

/** By name, as `opens` says them. */
export const menus = {
  main,
  kinds,
  message,
  answer,
  more,
  greetings,
  greeting,
  settings,
  list,
  recipients,
  delivery,
  connection,
  code,
  offer,
  review,
} as const;

export type MenuName = keyof typeof menus;
