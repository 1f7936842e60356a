import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { mostSteps, wayTo, type Leg, type Step } from '../../../app/core/conversion/way.ts';

const leg = (from: string, to: string, cost: number): Leg => ({ from, to, cost });
const types = (way: readonly Step[] | undefined): string[] | undefined => way?.map(({ leg }) => leg.to);

describe('The way from a media type to another', () => {
  const legs = [
    leg('text/html', 'text/plain', 2),
    leg('text/plain', 'audio/wav', 3),
    leg('audio/*', 'audio/pcmu', 1),
    leg('text/html', 'audio/pcmu', 9),
    leg('image/tiff', 'application/pdf', 1),
  ];

  it('is the one of least cost, also if it has more steps', () => {
    assert.deepEqual(types(wayTo(legs, 'text/html', 'audio/pcmu')), [
      'text/plain',
      'audio/wav',
      'audio/pcmu',
    ]);
  });

  it('a whole top-level type as audio/* takes all its types, and no others', () => {
    assert.deepEqual(types(wayTo(legs, 'audio/amr', 'audio/pcmu')), ['audio/pcmu']);
    assert.equal(wayTo(legs, 'audiobook/amr', 'audio/pcmu'), undefined);
    assert.equal(wayTo(legs, 'video/mp4', 'audio/pcmu'), undefined);
  });

  it('has no steps where the content is there already', () => {
    assert.deepEqual(wayTo([], 'audio/pcmu', 'audio/pcmu'), []);
  });

  it('goes round what is closed, as long as there is a way', () => {
    const dear = wayTo(legs, 'text/html', 'audio/pcmu', ({ leg }) => leg.to === 'audio/wav');
    assert.deepEqual(types(dear), ['audio/pcmu']);
    assert.equal(
      wayTo(legs, 'text/html', 'audio/pcmu', () => true),
      undefined,
    );
  });

  it(`has at most ${mostSteps} steps`, () => {
    const chain = Array.from({ length: 8 }, (_, i) => leg(`a/${i}`, `a/${i + 1}`, 1));
    assert.equal(wayTo(chain, 'a/0', `a/${mostSteps}`)?.length, mostSteps);
    assert.equal(wayTo(chain, 'a/0', `a/${mostSteps + 1}`), undefined);
    // Dearer, and short enough.
    const shortcut = wayTo([...chain, leg('a/0', 'a/7', 100)], 'a/0', 'a/8');
    assert.equal(shortcut?.length, 2);
  });

  it('of equal ways is the shortest, then the first in the list, whatever the types are called', () => {
    const equal = [leg('x/a', 'x/c', 1), leg('x/a', 'x/b', 1), leg('x/b', 'x/d', 1), leg('x/c', 'x/d', 1)];
    assert.deepEqual(types(wayTo(equal, 'x/a', 'x/d')), ['x/c', 'x/d']);
    assert.deepEqual(types(wayTo([...equal, leg('x/*', 'x/d', 2)], 'x/a', 'x/d')), ['x/d']);
  });

  const name = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'b/3');
  const anyLeg = fc.record({
    from: fc.oneof(name, fc.constantFrom('a/*', 'b/*')),
    to: name,
    cost: fc.integer({ min: 1, max: 6 }),
  });

  it('is what trying all ways finds: property', () => {
    fc.assert(
      fc.property(fc.array(anyLeg, { maxLength: 10 }), name, name, fc.nat(9), (legs, from, to, shut) => {
        const closed = ({ leg }: Step): boolean => leg === legs[shut];
        assert.deepEqual(wayTo(legs, from, to, closed), bestOfAll(legs, from, to, closed));
      }),
      { numRuns: 1500 },
    );
  });
});

/** Tries every way without a circle. */
function bestOfAll(
  legs: readonly Leg[],
  from: string,
  to: string,
  closed: (step: Step) => boolean,
): readonly Step[] | undefined {
  if (from === to) return [];
  const found: { steps: Step[]; rank: number[] }[] = [];
  const go = (type: string, steps: Step[], places: number[]): void => {
    if (type === to) {
      const cost = steps.reduce((sum, step) => sum + step.leg.cost, 0);
      found.push({ steps, rank: [cost, steps.length, ...places] });
      return;
    }
    if (steps.length === 5) return;
    for (const [place, leg] of legs.entries()) {
      const matches = leg.from === type || leg.from === `${type.split('/')[0]}/*`;
      const visited = leg.to === from || steps.some((step) => step.leg.to === leg.to);
      const step = { from: type, leg };
      if (matches && !visited && !closed(step)) go(leg.to, [...steps, step], [...places, place]);
    }
  };
  go(from, [], []);
  found.sort((a, b) => {
    const at = a.rank.findIndex((one, i) => one !== b.rank[i]);
    return at < 0 ? 0 : (a.rank[at] ?? 0) - (b.rank[at] ?? 0);
  });
  return found[0]?.steps;
}
