import { randomUUID } from 'node:crypto';
import type { Store } from '../../app/ports/store.ts';
import { fresh, route } from './fill-store.ts';
import { at } from './sample.ts';

/** What is asked about texts that do not come whole. */
export const arrivalQuestions: Record<string, (store: Store) => Promise<unknown>> = {
  'arrivals.keep': (store) =>
    store.arrivals.keep(randomUUID(), { ...route, id: 'x', body: '', truncated: false }, fresh),
  'arrivals.begin': (store) => store.arrivals.begin('arrival 2', fresh),
  'arrivals.takeDue': (store) => store.arrivals.takeDue(at(9), 1000),
  'arrivals.done': (store) => store.arrivals.done('arrival 3', 'id', at(9)),
  'arrivals.putOff': (store) => store.arrivals.putOff('arrival 4', 'id', at(9)),
  'arrivals.nextDue': (store) => store.arrivals.nextDue(),
  'arrivals.end': (store) => store.arrivals.end('arrival 5', 'id'),
};
