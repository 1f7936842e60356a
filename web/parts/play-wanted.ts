/** Counts up when a key says that the sound is to play or to pause. */
import { signal } from '@preact/signals';

export const playWanted = signal(0);
