/** Signing in and out. */
import type { Session, SignIn } from '../../app/gateways/web/api/schema/session.ts';
import { ask, type Answer } from './client.ts';

export type { Session };

export function readSession(): Promise<Answer<Session>> {
  return ask('GET', '/session');
}

export function signIn(by: SignIn): Promise<Answer<Session>> {
  return ask('POST', '/session', { body: by });
}

export function sendCode(number: string): Promise<Answer<unknown>> {
  return ask('POST', '/session/code', { body: { number } });
}

export function signOut(everywhere: boolean): Promise<Answer<unknown>> {
  return ask('DELETE', everywhere ? '/session?everywhere=true' : '/session');
}
