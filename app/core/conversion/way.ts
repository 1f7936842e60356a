/** The ways from one media type to another: few edges, of which each step costs something. */
import { topLevel } from './media-type.ts';

/** As of ports/convert.ts: from a media type, or a whole top-level type as `audio/*`, to a media type. */
export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly cost: number;
}

/** One leg taken from a media type. */
export interface Step<L extends Leg = Leg> {
  readonly from: string;
  readonly leg: L;
}

/** Most legs of a way: what takes more has lost too much. */
export const mostSteps = 5;

/**
 * The way of least cost; of several the one with the fewest steps, then the one whose legs come first in the list.
 * @param from media type without parameters, in lower case
 * @param closed steps that may not be taken
 * @returns no steps if it is there already; `undefined` if no way leads there
 */
export function wayTo<L extends Leg>(
  legs: readonly L[],
  from: string,
  to: string,
  closed: (step: Step<L>) => boolean = () => false,
): readonly Step<L>[] | undefined {
  if (from === to) return [];
  let best: Way<L> | undefined;
  // The best ways of exactly so many steps to each type: at equal cost and length the order of legs decides, and what is
  // best to the end is best up to each of its types.
  let reached = new Map<string, Way<L>>([[from, { cost: 0, order: [], steps: [] }]]);
  for (let n = 1; n <= mostSteps; n += 1) {
    const next = new Map<string, Way<L>>();
    for (const [type, way] of reached) {
      for (const [index, leg] of legs.entries()) {
        const step = { from: type, leg };
        if (!leadsFrom(leg, type) || leg.to === type || closed(step)) continue;
        const longer = {
          cost: way.cost + leg.cost,
          order: [...way.order, index],
          steps: [...way.steps, step],
        };
        if (isBefore(longer, next.get(leg.to))) next.set(leg.to, longer);
      }
    }
    const there = next.get(to);
    if (there !== undefined && (best === undefined || there.cost < best.cost)) best = there;
    next.delete(to);
    reached = next;
  }
  return best?.steps;
}

interface Way<L extends Leg> {
  readonly cost: number;
  /** Places of its legs in the list. */
  readonly order: readonly number[];
  readonly steps: readonly Step<L>[];
}

function leadsFrom({ from }: Leg, type: string): boolean {
  return from === type || (from.endsWith('/*') && from.slice(0, -2) === topLevel(type));
}

/** Of ways of the same length. */
function isBefore(way: Way<Leg>, other: Way<Leg> | undefined): boolean {
  if (other === undefined) return true;
  if (way.cost !== other.cost) return way.cost < other.cost;
  const at = way.order.findIndex((place, i) => place !== other.order[i]);
  return at >= 0 && (way.order[at] ?? 0) < (other.order[at] ?? 0);
}
