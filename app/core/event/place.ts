/** Places in the one order of events, as clients keep them (`Last-Event-ID`). */

/** Batch, and how many of its events are behind the place. */
export interface EventPlace {
  readonly batch: number;
  readonly index: number;
}

export function writtenPlace({ batch, index }: EventPlace): string {
  return `${batch}.${index}`;
}

/** `undefined` for what is no place. */
export function placeOf(text: string): EventPlace | undefined {
  const [, batch, index] = /^(\d{1,15})\.(\d{1,6})$/.exec(text) ?? [];
  return batch === undefined || index === undefined
    ? undefined
    : { batch: Number(batch), index: Number(index) };
}
