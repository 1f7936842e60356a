/** Counts up when a key says that the open message is to be answered. */
import { signal } from '@preact/signals';

export const composeWanted = signal(0);
