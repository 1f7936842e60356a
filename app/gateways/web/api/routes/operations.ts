/** Queues, dead letters, sweeps, audit, trunks, phones, calls in progress. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { masked } from '../../../../core/access/masked.ts';
import type { MailboxId, NotificationId } from '../../../../core/ids.ts';
import type { AuditEvent, AuditPlace } from '../../../../ports/audit.ts';
import type { SweepRun } from '../../../../ports/retention.ts';
import { badCursor, cursorTo, placeOf } from '../cursor.ts';
import { noteDone } from '../done-by.ts';
import { notFound, principalOf } from '../guard.ts';
import { HttpProblem } from '../../problem.ts';
import type { OperatorServices } from '../operator-services.ts';
import { route, type AnyRoute } from '../route.ts';
import { untilGone } from '../until-gone.ts';
import { id } from '../schema/common.ts';
import {
  auditList,
  auditQuery,
  callList,
  lastSweep,
  letterList,
  letterQuery,
  queues,
  sweepPreview,
  sweepQuery,
  sweepReport,
  trunkList,
} from '../schema/operation.ts';

const reading = { access: 'operator', scope: 'operations:read', tag: 'operations' } as const;
const writing = { ...reading, scope: 'operations:write' } as const;
const letterPath = z.object({ id: id.describe('The dead letter’s id.') });

export function operationRoutes(services: OperatorServices): AnyRoute[] {
  return [
    queueRoute(services),
    ...letterRoutes(services),
    ...sweepRoutes(services),
    lastSweepRoute(services),
    auditRoute(services),
    ...lineRoutes(services),
    callRoute(services),
  ];
}

function queueRoute({ overview }: OperatorServices): AnyRoute {
  return route({
    ...reading,
    method: 'GET',
    url: '/queues',
    name: 'readQueues',
    summary: 'See what waits to be done',
    answers: { 200: queues },
    async handle() {
      const { due, deadLetters, most } = await overview.queues();
      const entries = Object.entries(due).map(([name, { count, oldest }]) => [
        name,
        { count, ...(oldest === undefined ? {} : { oldest: oldest.toISOString() }) },
      ]);
      return { due: Object.fromEntries(entries) as z.input<typeof queues>['due'], deadLetters, most };
    },
  });
}

function letterRoutes(services: OperatorServices): AnyRoute[] {
  const { letters } = services;
  const act = async (
    request: FastifyRequest,
    given: string,
    how: 'retry' | 'drop',
    outcome: string,
  ): Promise<void> => {
    if (!(await letters[how](given as NotificationId))) throw notFound();
    noteDone(services, request, outcome, { subject: given });
  };
  return [
    route({
      ...reading,
      method: 'GET',
      url: '/dead-letters',
      name: 'listDeadLetters',
      summary: 'List texts and mails that were given up',
      query: letterQuery,
      answers: { 200: letterList },
      async handle({ query }) {
        const found = await letters.list(query.limit);
        return { items: found.map((one) => ({ ...one, created: one.created.toISOString() })) };
      },
    }),
    route({
      ...writing,
      method: 'POST',
      url: '/dead-letters/:id/retry',
      name: 'retryDeadLetter',
      summary: 'Try a dead letter anew',
      params: letterPath,
      answers: { 204: 'nothing' },
      async handle({ request, params }, reply) {
        await act(request, params.id, 'retry', 'letters-retried');
        return reply.status(204).send();
      },
    }),
    route({
      ...writing,
      method: 'DELETE',
      url: '/dead-letters/:id',
      name: 'dropDeadLetter',
      summary: 'Put a dead letter out of the list',
      params: letterPath,
      answers: { 204: 'nothing' },
      async handle({ request, params }, reply) {
        await act(request, params.id, 'drop', 'letters-dropped');
        return reply.status(204).send();
      },
    }),
  ];
}

function sweepRoutes(services: OperatorServices): AnyRoute[] {
  const { sweep } = services;
  /** One at a time over the web: controllers sweep by themselves besides. */
  let running = false;
  return [
    route({
      ...reading,
      method: 'GET',
      url: '/sweeps/preview',
      name: 'previewSweep',
      summary: 'See what automatic management would do now',
      query: sweepQuery,
      answers: { 200: sweepPreview },
      handle: ({ query }) => sweep.preview(query.mailbox as MailboxId | undefined),
    }),
    route({
      ...writing,
      method: 'POST',
      url: '/sweeps',
      name: 'runSweep',
      summary: 'Do now what is due',
      describe: '409 `in-progress` while one that was asked for is under way.',
      query: sweepQuery,
      answers: { 200: sweepReport },
      async handle({ request, query: { mailbox } }, reply) {
        if (running) throw new HttpProblem(409, 'A sweep is under way.', { code: 'in-progress' });
        running = true;
        try {
          const signal = untilGone(reply);
          const report = await (mailbox === undefined
            ? sweep.sweepDue(signal)
            : sweep.sweepMailbox(mailbox as MailboxId, signal));
          if (report === undefined) throw notFound();
          const { purged, archived, compressed, held, failed } = report;
          noteDone(services, request, 'swept', {
            ...(mailbox === undefined ? {} : { mailbox: mailbox as MailboxId }),
            subject: `${purged} purged, ${archived} archived, ${compressed} compressed`,
          });
          return { purged, archived, compressed, held, failed };
        } finally {
          running = false;
        }
      },
    }),
  ];
}

function lastSweepRoute({ sweep }: OperatorServices): AnyRoute {
  const view = ({ ended, tookMs, purged, compressed, archived, held, failed }: SweepRun) => ({
    purged,
    compressed,
    archived,
    held,
    failed,
    ended: ended.toISOString(),
    seconds: tookMs / 1000,
  });
  return route({
    ...reading,
    method: 'GET',
    url: '/sweeps/last',
    name: 'readLastSweep',
    summary: 'See what the last sweep did',
    answers: { 200: lastSweep },
    async handle() {
      const { last, effective } = await sweep.last();
      return {
        ...(last === undefined ? {} : { last: view(last) }),
        ...(effective === undefined ? {} : { effective: view(effective) }),
      };
    },
  });
}

function auditRoute({ overview }: OperatorServices): AnyRoute {
  return route({
    ...reading,
    method: 'GET',
    url: '/audit',
    name: 'readAudit',
    summary: 'See who got in, who did not, and what was done',
    query: auditQuery,
    answers: { 200: auditList },
    async handle({ query: { cursor, limit, ...chosen } }) {
      const list = `audit ${JSON.stringify(chosen)}`;
      const { since, mailbox } = chosen;
      const after = auditPlaceOf(placeOf(list, cursor));
      const found = await overview.audit({
        limit,
        ...(since === undefined ? {} : { since: new Date(since) }),
        ...(mailbox === undefined ? {} : { mailbox: mailbox as MailboxId }),
        ...(after === undefined ? {} : { after }),
      });
      return {
        items: found.map((one) => ({ ...one, at: one.at.toISOString() })),
        ...(found.length < limit ? {} : { next: cursorTo(list, auditPlaceAfter(found, after)) }),
      };
    },
  });
}

/** Several may be of the same millisecond: how many were seen says where it goes on. */
function auditPlaceAfter(found: readonly AuditEvent[], before: AuditPlace | undefined): string {
  const at = found.at(-1)?.at.getTime() ?? 0;
  const here = found.filter((one) => one.at.getTime() === at).length;
  return `${at} ${here + (before?.at.getTime() === at ? before.seen : 0)}`;
}

function auditPlaceOf(place: string | undefined): AuditPlace | undefined {
  if (place === undefined) return undefined;
  const [at = NaN, seen = NaN] = place.split(' ').map(Number);
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(seen) || seen < 1) throw badCursor();
  return { at: new Date(at), seen };
}

function lineRoutes({ overview }: OperatorServices): AnyRoute[] {
  const usual = { ...reading, method: 'GET', answers: { 200: trunkList } } as const;
  return [
    route({
      ...usual,
      url: '/trunks',
      name: 'listTrunks',
      summary: 'See trunks and whether their far side is there',
      async handle() {
        const { trunks, told } = await overview.lines();
        return { told, items: trunks };
      },
    }),
    route({
      ...usual,
      url: '/registrations',
      name: 'listRegistrations',
      summary: 'See phones and whether they are registered',
      async handle() {
        const { phones, told } = await overview.lines();
        return { told, items: phones };
      },
    }),
  ];
}

function callRoute({ calls }: OperatorServices): AnyRoute {
  return route({
    ...reading,
    method: 'GET',
    url: '/calls',
    name: 'listCalls',
    summary: 'See the calls in progress',
    answers: { 200: callList },
    async handle({ request }) {
      const who = principalOf(request);
      const isOpen = who.kind === 'operator' && who.scopes.includes('cdrs:read');
      const shown = (number: string): string => (isOpen ? number : masked(number));
      const seen = await calls.list();
      return {
        whole: seen.whole,
        items: seen.calls.map(({ from, to, started, answered, ...rest }) => ({
          ...rest,
          ...(from === undefined ? {} : { from: shown(from) }),
          to: shown(to),
          started: started.toISOString(),
          ...(answered === undefined ? {} : { answered: answered.toISOString() }),
        })),
      };
    },
  });
}
