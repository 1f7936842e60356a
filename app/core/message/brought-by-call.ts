import type { MessageKind } from '../profile/class-of-service.ts';

/** What a call brings that nobody asked for: what is heard in full on the telephone, and comes one at a time. */
export const broughtByCall: readonly MessageKind[] = ['voice', 'video', 'text'];
