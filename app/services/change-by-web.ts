/** What a subscriber changes of a message on a page: its state and urgency, over the version that they saw. */
import type { Message, MessageState } from '../core/message/message.ts';
import { changeState, changeUrgent, type ChangeDeps } from './change-message.ts';

export interface MessageChange {
  readonly state?: MessageState | undefined;
  readonly urgent?: boolean | undefined;
}

export type ChangeResult =
  | { readonly kind: 'done'; readonly message: Message }
  | { readonly kind: 'gone' }
  | { readonly kind: 'other-version'; readonly version: number };

export interface MessageChanges {
  /**
   * What it is already is no change.
   * @param version only over this one; default: any
   * @throws Fault if the store is away
   */
  change(message: Message, change: MessageChange, version: number | undefined): Promise<ChangeResult>;
}

export function createMessageChanges(deps: ChangeDeps): MessageChanges {
  return {
    async change(message, { state, urgent }, version) {
      let now: Message | undefined = message;
      let from = version;
      if (state !== undefined && state !== now.state) {
        now = await changeState(deps, message, state, undefined, from);
        if (now === undefined) return { kind: 'gone' };
        if (now.state !== state) return { kind: 'other-version', version: now.version };
        from = version === undefined ? undefined : now.version;
      }
      if (urgent !== undefined && urgent !== now.urgent) {
        now = await changeUrgent(deps, now, urgent, from);
        if (now === undefined) return { kind: 'gone' };
        if (now.urgent !== urgent) return { kind: 'other-version', version: now.version };
      }
      return { kind: 'done', message: now };
    },
  };
}
