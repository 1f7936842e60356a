/** Who is at which node: reported by a network (HLR, HSS), or looked at. */
import type { z } from 'zod';
import type { E164 } from '../../../../core/ids.ts';
import { isFault } from '../../../../core/errors.ts';
import type { Visit } from '../../../../ports/replication.ts';
import { HttpProblem } from '../../problem.ts';
import { cursorTo, placeOf } from '../cursor.ts';
import { noteDone } from '../done-by.ts';
import type { OperatorServices } from '../operator-services.ts';
import { route, type AnyRoute } from '../route.ts';
import { paging } from '../schema/page.ts';
import { reported, roamingReport, whereaboutsList, type whereabouts } from '../schema/roaming.ts';

const reading = { access: 'operator', scope: 'subscribers:read', tag: 'subscribers' } as const;

export function roamingRoutes(services: OperatorServices): AnyRoute[] {
  return [
    route({
      ...reading,
      method: 'GET',
      url: '/roaming',
      name: 'listRoaming',
      summary: 'List subscribers of this node who are at another',
      query: paging,
      answers: { 200: whereaboutsList },
      async handle({ query: { cursor, limit } }) {
        const after = placeOf('roaming', cursor) as E164 | undefined;
        const visits = (await services.roaming?.visits(after, limit)) ?? [];
        const last = visits.length < limit ? undefined : visits.at(-1)?.number;
        return {
          items: visits.map((visit) => view(visit.number, visit)),
          ...(last === undefined ? {} : { next: cursorTo('roaming', last) }),
        };
      },
    }),
    route({
      ...reading,
      scope: 'subscribers:write',
      method: 'POST',
      url: '/roaming/reports',
      name: 'reportRoaming',
      summary: 'Report where a subscriber is',
      describe:
        'For the feed of an HLR or HSS. Any number of times, in any order. 404 where nobody has the number, or no node the name; 422 where another node is the home of the number, or no nodes are configured; 503 where that home is to be told and cannot be.',
      body: roamingReport,
      answers: { 200: reported },
      async handle({ request, body: { number, node, at } }) {
        const { roaming } = services;
        if (roaming === undefined) throw new HttpProblem(422, 'No other nodes are configured here.');
        const found = await told(roaming, number as E164, node, at === undefined ? undefined : new Date(at));
        if (!found.late) noteDone(services, request, 'roaming-reported', { subject: node });
        return { ...view(found.number, found.visit), late: found.late };
      },
    }),
  ];
}

async function told(
  roaming: NonNullable<OperatorServices['roaming']>,
  number: E164,
  node: string,
  at: Date | undefined,
) {
  try {
    return await roaming.report(number, node, at);
  } catch (error) {
    if (isFault(error, 'not-found')) throw new HttpProblem(404, error.publicText);
    if (isFault(error, 'invalid')) throw new HttpProblem(422, error.publicText);
    throw error;
  }
}

function view(number: E164, visit: Visit | undefined): z.input<typeof whereabouts> {
  if (visit === undefined) return { number, state: 'home' };
  const { node, since, ending } = visit;
  return { number, state: ending === undefined ? 'away' : 'returning', node, since: since.toISOString() };
}
