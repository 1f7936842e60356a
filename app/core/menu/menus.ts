/** Every menu of a subscriber's mailbox. Changing a key here changes it on the telephone, in the tests and in the guide. */
import type { Menu } from './menu.ts';

export type MainAction =
  | 'new'
  | 'saved'
  | 'find'
  | 'compose'
  | 'greetings'
  | 'settings'
  | 'trash'
  | 'operator'
  | 'leave';
export type MessageAction =
  | 'play'
  | 'save'
  | 'delete'
  | 'answer'
  | 'details'
  | 'next'
  | 'back'
  | 'pause'
  | 'forward'
  | 'more'
  | 'up';
export type AnswerAction = 'reply' | 'send-on' | 'call-sender' | 'up';
export type MoreAction =
  | 'slower'
  | 'normal-speed'
  | 'faster'
  | 'previous'
  | 'mark-urgent'
  | 'operator'
  | 'up';
export type KindAction = 'all' | 'voice' | 'fax' | 'text' | 'email' | 'picture' | 'up';
export type GreetingsAction = 'unavailable' | 'busy' | 'temporary' | 'name' | 'announcement-only' | 'up';
export type GreetingAction = 'hear' | 'record' | 'remove' | 'up';
export type SettingsAction = 'pin' | 'language' | 'notices' | 'deliver-by-call' | 'lists' | 'up';
export type RecipientsAction = 'send' | 'hear' | 'record-again' | 'mark-urgent' | 'up';

const up = { does: 'up', label: 'back' } as const;

export const main: Menu<MainAction> = {
  prompt: 'menu-main',
  keys: {
    '1': { does: 'new', label: 'new messages', opens: 'message' },
    '2': { does: 'saved', label: 'saved messages', opens: 'message' },
    '3': { does: 'find', label: 'messages of one caller', opens: 'message' },
    '4': { does: 'compose', label: 'send a message', opens: 'recipients' },
    '5': { does: 'greetings', label: 'greetings', opens: 'greetings' },
    '6': { does: 'settings', label: 'settings', opens: 'settings' },
    '7': { does: 'trash', label: 'deleted messages', opens: 'message' },
    '0': { does: 'operator', label: 'operator', if: 'operator' },
    '*': { does: 'leave', label: 'end' },
  },
};

/** Only asked where messages of several kinds wait. */
export const kinds: Menu<KindAction> = {
  prompt: 'menu-kinds',
  keys: {
    '1': { does: 'all', label: 'all' },
    '2': { does: 'voice', label: 'voice' },
    '3': { does: 'fax', label: 'fax' },
    '4': { does: 'text', label: 'text' },
    '5': { does: 'email', label: 'e-mail' },
    '6': { does: 'picture', label: 'pictures and video' },
    '*': up,
  },
};

/** No `#` here: it may still follow a reference that was dialled. */
export const message: Menu<MessageAction> = {
  prompt: 'menu-message',
  whilePlaying: true,
  keys: {
    '1': { does: 'play', label: 'hear again' },
    '2': { does: 'save', label: 'save' },
    '3': { does: 'delete', label: 'delete, or bring back' },
    '4': { does: 'answer', label: 'answer', opens: 'answer' },
    '5': { does: 'details', label: 'who and when' },
    '6': { does: 'next', label: 'next message' },
    '7': { does: 'back', label: 'back 5 seconds' },
    '8': { does: 'pause', label: 'pause, go on' },
    '9': { does: 'forward', label: 'forward 5 seconds' },
    '0': { does: 'more', label: 'more', opens: 'more' },
    '*': { does: 'up', label: 'main menu' },
  },
};

export const answer: Menu<AnswerAction> = {
  prompt: 'menu-answer',
  keys: {
    '1': { does: 'reply', label: 'reply by voice', opens: 'recipients', if: 'sender-known' },
    '2': { does: 'send-on', label: 'send on to others', opens: 'recipients' },
    '3': { does: 'call-sender', label: 'call the sender', if: 'sender-known' },
    '*': up,
  },
};

export const more: Menu<MoreAction> = {
  prompt: 'menu-more',
  keys: {
    '1': { does: 'slower', label: 'slower' },
    '2': { does: 'normal-speed', label: 'normal speed' },
    '3': { does: 'faster', label: 'faster' },
    '4': { does: 'previous', label: 'previous message' },
    '5': { does: 'mark-urgent', label: 'mark urgent, or not' },
    '0': { does: 'operator', label: 'operator', if: 'operator' },
    '*': up,
  },
};

export const greetings: Menu<GreetingsAction> = {
  prompt: 'menu-greetings',
  keys: {
    '1': { does: 'unavailable', label: 'when you do not answer', opens: 'greeting' },
    '2': { does: 'busy', label: 'when you are busy', opens: 'greeting' },
    '3': { does: 'temporary', label: 'for a time', opens: 'greeting' },
    '4': { does: 'name', label: 'your name', opens: 'greeting' },
    '5': { does: 'announcement-only', label: 'take no messages, or take them' },
    '*': up,
  },
};

export const greeting: Menu<GreetingAction> = {
  prompt: 'menu-greeting',
  keys: {
    '1': { does: 'hear', label: 'hear' },
    '2': { does: 'record', label: 'record' },
    '3': { does: 'remove', label: 'remove' },
    '*': up,
  },
};

export const settings: Menu<SettingsAction> = {
  prompt: 'menu-settings',
  keys: {
    '1': { does: 'pin', label: 'PIN' },
    '2': { does: 'language', label: 'language' },
    '3': { does: 'notices', label: 'texts about messages, on or off' },
    '4': { does: 'deliver-by-call', label: 'messages by a call, on or off' },
    '5': { does: 'lists', label: 'distribution lists' },
    '*': up,
  },
};

/** A message of one's own is recorded and its recipients are known. */
export const recipients: Menu<RecipientsAction> = {
  prompt: 'menu-send',
  keys: {
    '1': { does: 'send', label: 'send' },
    '2': { does: 'hear', label: 'hear' },
    '3': { does: 'record-again', label: 'record again' },
    '4': { does: 'mark-urgent', label: 'mark urgent, or not' },
    '*': { does: 'up', label: 'do not send' },
  },
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
  recipients,
} as const;
