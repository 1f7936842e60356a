/** A menu of the telephone interface as data: flows act by it, tests walk it, the guide draws it. */
import type { PromptName } from '../prompt/prompt-name.ts';

export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#';

export interface Menu<Action extends string = string> {
  /** Says the keys. */
  readonly prompt: PromptName;
  readonly keys: Readonly<Partial<Record<Key, Choice<Action>>>>;
  /** The keys work while a message is being played too, and stop it. */
  readonly whilePlaying?: true;
}

export interface Choice<Action extends string> {
  readonly does: Action;
  /** For the picture and the guide, in English. */
  readonly label: string;
  /** Another menu that it leads to. */
  readonly opens?: string;
  /** Offered only if the class of service or the message allows it; else the key is invalid. */
  readonly if?: 'operator' | 'sender-known' | 'several-kinds';
}
