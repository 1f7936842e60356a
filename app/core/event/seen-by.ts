/** Who may be told what: the same rules as for asking (core/access), for what comes unasked. */
import { masked } from '../access/masked.ts';
import type { Principal, Scope } from '../access/principal.ts';
import type { AppEvent, EventOfAccess, EventOfCall, ToldEvent } from './event.ts';

/**
 * How much somebody sees of what happens. Those with the same view are told the same words: they are written once.
 * `content`: with the message's own words and sender; else ids and versions alone.
 */
export interface EventView {
  /** Of this mailbox alone; absent: of all. */
  readonly mailbox?: string;
  readonly messages: 'content' | 'ids' | 'none';
  readonly mailboxes: boolean;
  readonly calls: 'open' | 'masked' | 'none';
}

/** `undefined`: nothing at all. Links open one message and follow nothing. */
export function eventViewOf(who: Principal): EventView | undefined {
  switch (who.kind) {
    case 'link':
      return undefined;
    case 'subscriber': {
      const may = (scope: Scope): boolean => who.scopes === undefined || who.scopes.includes(scope);
      const mailboxes = may('mailboxes:read');
      const messages = may('messages:read') ? 'content' : 'none';
      if (!mailboxes && messages === 'none') return undefined;
      return { mailbox: who.mailbox, messages, mailboxes, calls: 'none' };
    }
    case 'operator': {
      const may = (scope: Scope): boolean => who.scopes.includes(scope);
      const mailboxes = may('mailboxes:read');
      // What messages say is for keys alone that were made for it.
      const opens = may('messages:read') && who.via === 'key';
      const messages = opens ? 'content' : mailboxes ? 'ids' : 'none';
      const calls = !may('operations:read') ? 'none' : may('cdrs:read') ? 'open' : 'masked';
      if (!mailboxes && messages === 'none' && calls === 'none') return undefined;
      return { messages, mailboxes, calls };
    }
  }
}

/** Of what hooks of the operator get: all. */
export const wholeView: EventView = { messages: 'content', mailboxes: true, calls: 'open' };

/** What is told of an event, as it is written; `undefined`: nothing. */
export function seenBy(view: EventView, event: AppEvent): ToldEvent | undefined {
  switch (event.type) {
    case 'access.ended':
      return undefined;
    case 'message.new':
    case 'message.changed': {
      if (view.messages === 'none' || !isIn(view, event.mailbox)) return undefined;
      if (view.messages === 'content' && event.from === undefined) return event;
      const { from: _node, ...told } = event;
      if (view.messages === 'content') return told;
      const { item: _content, ...ids } = told;
      return ids as ToldEvent;
    }
    case 'message.removed':
      return view.messages !== 'none' && isIn(view, event.mailbox) ? event : undefined;
    case 'mailbox.changed':
    case 'notification.changed':
      return view.mailboxes && isIn(view, event.mailbox) ? event : undefined;
    case 'call.began':
    case 'call.answered':
    case 'call.ended':
      if (view.mailbox !== undefined || view.calls === 'none') return undefined;
      return view.calls === 'open' ? event : maskedCall(event);
  }
}

function isIn({ mailbox }: EventView, of: string): boolean {
  return mailbox === undefined || mailbox === of;
}

function maskedCall(event: EventOfCall): EventOfCall {
  const { from, to } = event;
  return { ...event, to: masked(to), ...(from === undefined ? {} : { from: masked(from) }) };
}

/** Whether that ends somebody's way in. */
export function endsAccessOf(who: Principal, { of, except }: EventOfAccess): boolean {
  const { credential } = who;
  if ('credential' in of) return credential === of.credential;
  if (except !== undefined && credential === except) return false;
  // A key is not of those who are signed in: it ends by itself.
  if ('operator' in of) return who.kind === 'operator' && who.via !== 'key' && who.name === of.operator;
  // Keys too: whoever is let in all the same comes again.
  return who.kind === 'subscriber' && who.mailbox === of.mailbox;
}
