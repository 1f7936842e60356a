/** Who is signed in here. */
import { signal } from '@preact/signals';
import { whenSignedOut, type Answer } from '../api/client.ts';
import * as api from '../api/session.ts';
import type { Session } from '../api/session.ts';
import { speak } from '../words/words.ts';

export type Known =
  | { readonly kind: 'asking' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unreachable' }
  | Session;

export type Subscriber = Extract<Session, { kind: 'subscriber' }>;

export const session = signal<Known>({ kind: 'asking' });

whenSignedOut(() => {
  if (session.peek().kind !== 'asking') session.value = { kind: 'nobody' };
});

export async function findSession(): Promise<void> {
  const answer = await api.readSession();
  if (answer.ok) return enter(answer.value);
  session.value = answer.trouble.status === 401 ? { kind: 'nobody' } : { kind: 'unreachable' };
}

export async function signIn(by: Parameters<typeof api.signIn>[0]): Promise<Answer<Session>> {
  const answer = await api.signIn(by);
  if (answer.ok) enter(answer.value);
  return answer;
}

export async function signOut(everywhere: boolean): Promise<void> {
  await api.signOut(everywhere);
  session.value = { kind: 'nobody' };
}

/** After the subscriber chose a PIN of their own. */
export function pinChosen(): void {
  const now = session.peek();
  if (now.kind === 'subscriber') session.value = { ...now, mustChangePin: false };
}

function enter(found: Session): void {
  if (found.kind !== 'operator') speak(found.language);
  session.value = found;
}
