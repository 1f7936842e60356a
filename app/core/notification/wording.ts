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
  'too-long',
] as const;

export type ReplyName = (typeof replyNames)[number];

/** Every text that is written to subscribers, or a piece of one; prompts/<language>/texts.yaml has each. */
export const textNames = [
  /** Holes of the three: caller, duration, open. The short one is for 70 characters. */
  'notice',
  'urgent-notice',
  'short-notice',
  /** About a text. Holes of the two: caller, words, open. The short one is for 70 characters. */
  'text-notice',
  'short-text-notice',
  /** About a picture or a film that came with a text or without one. Holes: caller, words, open. */
  'image-notice',
  'video-notice',
  /** Stands for the words of a text that was too long for its network. */
  'lost-words',
  /** In place of several notices that waited for the end of quiet hours. Holes: n, since, open. */
  'summary',
  'unknown-caller',
  'private-caller',
  'welcome',
  'one-time-code',
  'nearly-full',
  'full',
  'expiring',
  'unread',
  'pin-not-set',
  ...replyNames.map((name) => `reply-${name}` as const),
] as const;

export type TextName = (typeof textNames)[number];

/** What a hole stands for at its longest. There are no other holes. */
export const longestHoles: Readonly<Record<string, string>> = {
  access: '+123456789012345',
  caller: '+123456789012345',
  duration: '60:00',
  since: '23:59',
  open: '+123456789012345,,1234567890#',
  words: 'The first of them...',
  code: '12345678',
  minutes: '60',
  percent: '100',
  /** Decides on the plural. */
  n: '100000',
};

/** A text with `{holes}`, or one for each plural category (CLDR) of the hole `n`. */
export type Template = string | Readonly<Record<string, string>>;

/** What a subscriber's text asks for. */
export const commandWords = ['play', 'text', 'save', 'delete', 'call', 'stop', 'start', 'help'] as const;
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
