/** Answers to a subscriber's text; each is the text `reply-<name>`. */
export const replyNames = [
  'help',
  'saved',
  'deleted',
  'stopped',
  'started',
  'no-transcript',
  'no-message',
  'unknown-reference',
  'expired',
  'already-deleted',
  'reference-not-yours',
  'locked',
  'calling-you',
  'calling-you-for-sender',
  'cannot-call',
  'call-denied',
  'call-limit',
  'try-later',
  /** To a search. */
  'find-none',
  'suspended',
  'find-no-words',
  'find-too-long',
  'too-long',
  'text-full',
  'text-too-many',
  /** To a mail. */
  'mail-stopped',
  'mail-started',
  /** An answer to a mail that is a message to the sender and did not go out. */
  'mail-no-sender',
  'mail-not-sent',
  'mail-sender-full',
] as const;

/** Words of mails; they need not be short. */
export const mailTextNames = [
  /** Who mails are from. */
  'mail-service',
  /** Subjects. Hole of all: caller; of the first also: duration. */
  'mail-voice',
  'mail-fax',
  'mail-text',
  'mail-email',
  'mail-image',
  'mail-video',
  /** Hole: subject. */
  'mail-urgent',
  'mail-mailbox',
  /** Names of the lines of a notice. */
  'mail-from',
  /** Beside a caller ID whose signature was wrong. */
  'mail-caller-id-failed',
  'mail-subject',
  'mail-received',
  'mail-length',
  'mail-pages',
  'mail-reference',
  'mail-call',
  'mail-link',
  /** Over the transcript of what was spoken. */
  'mail-said',
  /** Hole: n. */
  'mail-left-out',
  'mail-not-attached',
  'mail-help',
  'mail-welcome',
  /** A text that carries a mail's words to a number. Holes: caller, words. */
  'mail-by-text',
] as const;

export type ReplyName = (typeof replyNames)[number];

/** Why a fax was not delivered; each is a piece of a text, `fax-why-<reason>`. */
export const faxReasons = [
  'busy',
  'no-answer',
  'no-fax',
  'transmission',
  'number',
  'denied',
  'limit',
  'document',
  'other',
] as const;

export type FaxReason = (typeof faxReasons)[number];

/** What a quota is short of: pieces of the texts `nearly-full` and `full`. */
export const quotaPieces = ['quota-messages', 'quota-bytes', 'quota-seconds'] as const;

/** Every text that is written to subscribers, or a piece of one; prompts/<language>/texts.yaml has each. */
export const textNames = [
  /** Holes of the three: caller, duration, open. The short one is for 70 characters. */
  'notice',
  'urgent-notice',
  'short-notice',
  /** About a text. Holes of the two: caller, words, open. The short one is for 70 characters. */
  'text-notice',
  'short-text-notice',
  /** About a fax. Holes of the two: caller, n (pages), open. The short one is for 70 characters. */
  'fax-notice',
  'short-fax-notice',
  /** What became of a fax that was sent. Holes: to, n (pages), why. */
  'fax-sent',
  'fax-failed',
  'fax-partly',
  /** Title and labels of a cover sheet. */
  'fax-cover-title',
  'fax-cover-from',
  'fax-cover-to',
  'fax-cover-date',
  'fax-cover-pages',
  'fax-cover-subject',
  ...faxReasons.map((why) => `fax-why-${why}` as const),
  /** About an e-mail, the same. */
  'email-notice',
  /** About a picture or a film that came with a text or without one. Holes: caller, words, open. */
  'image-notice',
  'video-notice',
  /** The same with a link to the page. Hole besides: link. */
  'linked-notice',
  'linked-urgent-notice',
  'linked-text-notice',
  'linked-fax-notice',
  'linked-email-notice',
  'linked-image-notice',
  'linked-video-notice',
  /** Stands for the words of a text that was too long for its network. */
  'lost-words',
  /** In place of several notices that waited for the end of quiet hours. Holes: n, since, open. */
  'summary',
  'unknown-caller',
  'private-caller',
  'welcome',
  'one-time-code',
  /** Holes of the two: access, short; of the first also: percent. */
  'nearly-full',
  'full',
  ...quotaPieces,
  'expiring',
  'unread',
  'pin-not-set',
  /** What a search found, and where there is more than that. Hole: hits, each of sender, time and reference. */
  'found',
  'found-more',
  ...replyNames.map((name) => `reply-${name}` as const),
  ...mailTextNames,
] as const;

export type TextName = (typeof textNames)[number];

/** What a hole stands for at its longest. There are no other holes. */
export const longestHoles: Readonly<Record<string, string>> = {
  access: '+123456789012345',
  caller: '+123456789012345',
  duration: '60:00',
  since: '23:59',
  open: '+123456789012345,,1234567890#',
  link: 'https://voicemail.example/m/AbCdEfGhIjKlMnOpQrStUv',
  words: 'The first of them...',
  subject: 'About the keys',
  code: '12345678',
  minutes: '60',
  percent: '100',
  short: 'space, deleted messages included',
  to: '+123456789012345',
  why: 'that number cannot be called from here',
  hits: '+123456789012345 2026-12-24 23:59 1234567890',
  /** Decides on the plural. */
  n: '100000',
};

/** A text with `{holes}`, or one for each plural category (CLDR) of the hole `n`. */
export type Template = string | Readonly<Record<string, string>>;

/** What a subscriber's text asks for. */
export const commandWords = [
  'play',
  'text',
  'save',
  'delete',
  'call',
  'find',
  'stop',
  'start',
  'help',
] as const;
export type CommandWord = (typeof commandWords)[number];

/** The content of prompts/<language>/texts.yaml. */
export interface TextsData {
  readonly texts: Readonly<Partial<Record<TextName, Template | undefined>>>;
  /** Words by which subscribers answer texts, separated by spaces. */
  readonly commands: Readonly<Partial<Record<CommandWord, string | undefined>>>;
  /** Words that may stand beside a command. */
  readonly polite?: string | undefined;
}

/**
 * The texts of one language. Each is one SMS when its holes are filled: write them with the characters of GSM-7
 * (3GPP TS 23.038), which has é ñ ¿ ¡ but not á í ó ú.
 */
export interface Wording {
  /** A text with its holes filled. A hole that nothing is given for becomes empty. */
  text(name: TextName, holes?: Readonly<Record<string, string | number>>): string;
}

/**
 * @param category plural category (CLDR) of a number
 * @param otherwise words of what this language lacks
 */
export function createWording(
  { texts }: TextsData,
  category: (value: number) => string,
  otherwise?: Wording,
): Wording {
  return {
    text(name, holes = {}) {
      const template = texts[name];
      if (template === undefined) return otherwise?.text(name, holes) ?? '';
      const text = typeof template === 'string' ? template : pick(template, category(Number(holes['n'])));
      return text.replace(/\{(\w+)\}/g, (_, hole: string) =>
        Object.hasOwn(holes, hole) ? String(holes[hole]) : '',
      );
    },
  };
}

function pick(forms: Readonly<Record<string, string>>, category: string): string {
  return forms[category] ?? forms['other'] ?? '';
}
