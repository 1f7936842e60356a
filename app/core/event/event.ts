/** What happens, as it is told at once: to open pages, to programs that follow along, to webhooks. */
import type { MailboxId, MessageId, NotificationId } from '../ids.ts';
import type { MessageItem } from '../message/item.ts';
import type { GatewayName } from '../profile/class-of-service.ts';

export const eventTypes = [
  'message.new',
  'message.changed',
  'message.removed',
  'mailbox.changed',
  'notification.changed',
  'call.began',
  'call.answered',
  'call.ended',
] as const;

export type EventType = (typeof eventTypes)[number];

export interface EventOfMessage {
  readonly type: 'message.new' | 'message.changed';
  readonly id: MessageId;
  readonly mailbox: MailboxId;
  readonly version: number;
  /** The node that it came from, which has it so; absent: it happened here. Told to nobody. */
  readonly from?: string;
  /** The message as lists have it. */
  readonly item: MessageItem;
}

/** The message is gone for good, or from that mailbox. */
export interface EventOfRemoval {
  readonly type: 'message.removed';
  readonly id: MessageId;
  readonly mailbox: MailboxId;
}

/** Its counters, settings, numbers or status. */
export interface EventOfMailbox {
  readonly type: 'mailbox.changed';
  readonly id: MailboxId;
  readonly mailbox: MailboxId;
}

export interface EventOfNotification {
  readonly type: 'notification.changed';
  readonly id: NotificationId;
  readonly mailbox: MailboxId;
  readonly message?: MessageId;
  readonly gateway: GatewayName;
  readonly status: 'pending' | 'sending' | 'sent' | 'delivered' | 'failed' | 'dead';
}

export interface EventOfCall {
  readonly type: 'call.began' | 'call.answered' | 'call.ended';
  /** The switch's id of the leg. */
  readonly id: string;
  /** Name of the node that has it. */
  readonly node: string;
  readonly direction: 'inbound' | 'outbound';
  readonly trunk: string;
  readonly from?: string;
  readonly to: string;
  /** RFC 3339, as all times here: events are stored as they are told. */
  readonly started: string;
  readonly answered?: string;
}

/** Somebody's way in is over: told to nobody, but their streams end at once. */
export interface EventOfAccess {
  readonly type: 'access.ended';
  /** A session's or key's own id, or all of a mailbox or an operator. */
  readonly of:
    | { readonly credential: string }
    | { readonly mailbox: MailboxId }
    | { readonly operator: string };
  /** This session stays. */
  readonly except?: string;
}

/** What can be told to somebody. */
export type ToldEvent = EventOfMessage | EventOfRemoval | EventOfMailbox | EventOfNotification | EventOfCall;

export type AppEvent = ToldEvent | EventOfAccess;

/** With its time, RFC 3339 in UTC. */
export type Occurred = AppEvent & { readonly at: string };
