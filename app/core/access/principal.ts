/** Who asks over the web, and what they may: by route first, then by the thing that they ask for. */
import type { MailboxId, MessageId } from '../ids.ts';

export const scopes = [
  'messages:read',
  'messages:write',
  'mailboxes:read',
  'mailboxes:write',
  'subscribers:read',
  'subscribers:write',
  'cdrs:read',
  'operations:read',
  'operations:write',
  'keys:write',
] as const;

/** What a key or an operator may. Writing does not include reading. */
export type Scope = (typeof scopes)[number];

export const operatorRoles = ['admin', 'support', 'billing'] as const;
export type OperatorRole = (typeof operatorRoles)[number];

/** Somebody in their own mailbox. */
export interface SubscriberPrincipal {
  readonly kind: 'subscriber';
  readonly mailbox: MailboxId;
  readonly via: 'pin' | 'code' | 'key';
  /** Of a key; absent: all that is a subscriber's. */
  readonly scopes?: readonly Scope[];
  /** What rates and repeats are counted by: the session's or the key's own id; absent: the mailbox. */
  readonly credential?: string;
}

/** Whoever has the link of a notice: that one message, to read, save and delete. */
export interface LinkPrincipal {
  readonly kind: 'link';
  readonly message: MessageId;
  readonly mailbox: MailboxId;
  readonly credential?: string;
}

/** Somebody of the operator's staff, or one of its programs. */
export interface OperatorPrincipal {
  readonly kind: 'operator';
  /** Of the operator or the key, for the audit. */
  readonly name: string;
  readonly via: 'password' | 'oidc' | 'key';
  readonly scopes: readonly Scope[];
  readonly credential?: string;
}

/** `undefined` stands for nobody. */
export type Principal = SubscriberPrincipal | LinkPrincipal | OperatorPrincipal;

/**
 * Whom a route is for: `link`: links to the message, its subscriber, operators; `subscriber`: not links; `operator`: operators
 * alone; `public`: all.
 */
export type Access = 'public' | 'link' | 'subscriber' | 'operator';

/** What a route says of itself. */
export interface Demand {
  readonly access: Access;
  /** Of keys and operators. */
  readonly scope?: Scope | undefined;
  /** What was said or written comes out, or goes into the world in a subscriber's name: of operators only keys may. */
  readonly content?: boolean | undefined;
}

/** `nobody`: say who you are first; `refused`: not for such as them; `no-scope`: theirs does not include it. */
export type Entry = 'in' | 'nobody' | 'refused' | 'no-scope';

/** What each role of operators may. What messages say is for keys alone that were made for it. */
const roleScopes: Readonly<Record<OperatorRole, readonly Scope[]>> = {
  admin: scopes,
  support: scopes.filter((scope) => scope !== 'keys:write' && !scope.startsWith('messages:')),
  billing: ['cdrs:read'],
};

export function scopesOfRole(role: OperatorRole): readonly Scope[] {
  return roleScopes[role];
}

/** Whether somebody may use a route at all; what they ask for is judged by `maySee`. */
export function mayEnter(who: Principal | undefined, { access, scope, content }: Demand): Entry {
  if (access === 'public') return 'in';
  if (who === undefined) return 'nobody';
  switch (who.kind) {
    case 'link':
      return access === 'link' ? 'in' : 'refused';
    case 'subscriber':
      if (access === 'operator') return 'refused';
      return hasScope(who.scopes, scope) ? 'in' : 'no-scope';
    case 'operator':
      if (content === true && who.via !== 'key') return 'refused';
      return hasScope(who.scopes, scope) ? 'in' : 'no-scope';
  }
}

function hasScope(has: readonly Scope[] | undefined, scope: Scope | undefined): boolean {
  return has === undefined || scope === undefined || has.includes(scope);
}

/** What somebody asks for: a mailbox, or a message in one. */
export interface Thing {
  readonly mailbox: MailboxId;
  readonly message?: MessageId;
}

/** Whether it is there for them. If not, they get the answer that they would get if there were none. */
export function maySee(who: Principal | undefined, { mailbox, message }: Thing): boolean {
  switch (who?.kind) {
    case undefined:
      return false;
    case 'subscriber':
      return who.mailbox === mailbox;
    case 'link':
      return message !== undefined && who.message === message && who.mailbox === mailbox;
    case 'operator':
      return true;
  }
}

/** One text for each principal: what rates, repeats and wrong tries are counted by. */
export function principalKey(who: Principal): string {
  switch (who.kind) {
    case 'subscriber':
      return `subscriber:${who.credential ?? who.mailbox}`;
    case 'link':
      return `link:${who.credential ?? who.message}`;
    case 'operator':
      return `operator:${who.credential ?? who.name}`;
  }
}
