/** Updates of counters with windows, each of one document alone. */
import type { Document, UpdateFilter, UpdateOneModel } from 'mongodb';
import { limitsIn, windowNames, windows, type RateCounter, type WindowName } from '../core/rate/rates.ts';

/** Longer than any window. */
const keptMs = windows.day + windows.hour;

/**
 * Raises a counter where all its windows have room, or makes it. Where they have none the upsert clashes with the document
 * that is there (decision 30).
 */
export function taking<T extends Document>({ key, most }: RateCounter, now: Date): UpdateOneModel<T> {
  const limited = limitsIn(most);
  const filter = {
    _id: key,
    $and: limited.map(([name, limit]) => ({
      $or: [
        { [`${name}.n`]: { $not: { $gte: limit } } },
        { [`${name}.from`]: { $lte: new Date(now.getTime() - windows[name]) } },
        { [`${name}.from`]: { $gte: new Date(now.getTime() + windows[name]) } },
      ],
    })),
  };
  const expires = new Date(now.getTime() + keptMs);
  const raised = Object.fromEntries(limited.map(([name]) => [name, raisedWindow(name, now)]));
  const update = [{ $set: { ...raised, expires } }];
  return { filter, update, upsert: true } as unknown as UpdateOneModel<T>;
}

function raisedWindow(name: WindowName, now: Date): Document {
  const from = `$${name}.from`;
  const live = {
    $and: [
      { $gt: [from, new Date(now.getTime() - windows[name])] },
      { $lt: [from, new Date(now.getTime() + windows[name])] },
    ],
  };
  return {
    from: { $cond: [live, from, now] },
    n: { $cond: [live, { $add: [{ $ifNull: [`$${name}.n`, 0] }, 1] }, 1] },
  };
}

/** Lowers what was counted in windows that were running at `taken`. */
export function givingBack<T extends Document>(taken: Date): UpdateFilter<T>[] {
  const lowered = (name: WindowName): Document => {
    const counts = { $and: [{ $lte: [`$${name}.from`, taken] }, { $gt: [`$${name}.n`, 0] }] };
    const less = { from: `$${name}.from`, n: { $subtract: [`$${name}.n`, 1] } };
    return { $cond: [counts, less, `$${name}`] };
  };
  const all = Object.fromEntries(windowNames.map((name) => [name, lowered(name)]));
  return [{ $set: all }] as unknown as UpdateFilter<T>[];
}
