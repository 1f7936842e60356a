import type { MediaServer } from '../ports/media.ts';

type Lit = Pick<MediaServer, 'setLamp' | 'starts'>;

/** Lamps of the switch, and with them those of another who shows some: one that cannot be set anywhere is tried again at all. */
export function withLamps(media: Lit, other: Pick<Lit, 'setLamp'> | undefined): Lit {
  if (other === undefined) return media;
  return {
    starts: (signal) => media.starts(signal),
    async setLamp(lamp) {
      const set = await Promise.allSettled([media.setLamp(lamp), other.setLamp(lamp)]);
      for (const one of set) if (one.status === 'rejected') throw one.reason;
    },
  };
}
