/** The zone that times are shown in: the mailbox's; until it is known the browser's. */
import { signal } from '@preact/signals';

export const timeZone = signal<string | undefined>(undefined);
