/** What the wrappers of the store work with. */
import type { Message } from '../core/message/message.ts';
import type { Log } from '../ports/log.ts';
import { noKeys, type Keyring, type Openers } from './keyring.ts';
import { openMessage } from './message.ts';

export interface Sealer {
  /** Absent: what is put is not sealed, and what is sealed cannot be opened. */
  readonly keyring: Keyring | undefined;
  readonly keys: Openers;
  readonly log: Log;
  /** See `openMessage`. */
  open(message: Message): Promise<Message>;
  openAll(messages: readonly Message[]): Promise<Message[]>;
  /** The same of what may not be there. */
  openIf(message: Message | undefined): Promise<Message | undefined>;
  openBoth(
    pair: { readonly before: Message; readonly after: Message } | undefined,
  ): Promise<{ before: Message; after: Message } | undefined>;
}

export function createSealer(keyring: Keyring | undefined, log: Log): Sealer {
  const keys = keyring ?? noKeys;
  const open = (message: Message): Promise<Message> =>
    openMessage(keys, message, (error) =>
      log.error('a message cannot be read', { error, message: message.id, mailbox: message.mailbox }),
    );
  return {
    keyring,
    keys,
    log,
    open,
    openAll: (messages) => Promise.all(messages.map(open)),
    async openIf(message) {
      return message && (await open(message));
    },
    async openBoth(pair) {
      return pair && { before: await open(pair.before), after: await open(pair.after) };
    },
  };
}
