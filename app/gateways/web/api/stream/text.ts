/** Events as they are written into a stream (text/event-stream). */
import type { Occurred, ToldEvent } from '../../../../core/event/event.ts';
import { writtenPlace, type EventPlace } from '../../../../core/event/place.ts';
import type { EventView } from '../../../../core/event/seen-by.ts';

/** Clients whose controller ended come again within this, not all at once, in milliseconds. */
const retry = { least: 1000, spread: 4000 };

export interface EventText {
  first(place: EventPlace): string;
  event(view: EventView, place: EventPlace, told: ToldEvent & { readonly at: string }, of: Occurred): string;
  reset(place: EventPlace): string;
}

/** Those who see the same of an event get the same text, which is written once. */
export function eventText(): EventText {
  const texts = new WeakMap<Occurred, Map<string, string>>();
  return {
    first: (place) =>
      `retry: ${retry.least + Math.floor(Math.random() * retry.spread)}\nid: ${writtenPlace(place)}\n\n`,
    event(view, place, told, of) {
      const key = `${view.messages} ${view.calls}`;
      const known = texts.get(of)?.get(key);
      if (known !== undefined) return known;
      const { type, ...data } = told;
      const text = `id: ${writtenPlace(place)}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
      texts.set(of, (texts.get(of) ?? new Map<string, string>()).set(key, text));
      return text;
    },
    reset: (place) => `id: ${writtenPlace(place)}\nevent: reset\ndata: {}\n\n`,
  };
}
