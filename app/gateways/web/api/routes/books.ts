/** Call detail records and reports. */
import { Readable } from 'node:stream';
import type { z } from 'zod';
import { cdrEvents } from '../../../../core/account/cdr.ts';
import { cdrObject } from '../../../../core/account/cdr-table.ts';
import type { CdrFilter } from '../../../../ports/billing.ts';
import { HttpProblem } from '../../problem.ts';
import { badCursor, cursorTo, placeOf } from '../cursor.ts';
import { noteDone } from '../done-by.ts';
import type { OperatorServices } from '../operator-services.ts';
import { route, type AnyRoute } from '../route.ts';
import { cdrExportQuery, cdrList, cdrQuery, report, reportQuery } from '../schema/books.ts';

const usual = { method: 'GET', access: 'operator', scope: 'cdrs:read', tag: 'books' } as const;
const types = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl' } as const;
/** Rows of one report; more come as a table. */
const mostRows = 5_000;

export function bookRoutes(services: OperatorServices): AnyRoute[] {
  return [listRoute(services), exportRoute(services), reportRoute(services)];
}

function listRoute({ books }: OperatorServices): AnyRoute {
  return route({
    ...usual,
    url: '/cdrs',
    name: 'listCdrs',
    summary: 'List call detail records',
    describe:
      'With `order=desc` a page with `next` may have fewer records than were asked for, or none: newer ones did not match.',
    query: cdrQuery,
    answers: { 200: cdrList },
    async handle({ query: { cursor, limit, order, ...chosen } }) {
      const isBack = order === 'desc';
      const list = `cdrs ${isBack ? 'back ' : ''}${JSON.stringify(chosen)}`;
      const place = placeOf(list, cursor);
      const at = Number(place ?? 0);
      if (!Number.isSafeInteger(at) || at < 0) throw badCursor();
      const page = isBack
        ? await books.pageBack(filterOf(chosen), place === undefined ? undefined : at, limit)
        : await books.page(filterOf(chosen), at, limit);
      return {
        items: page.rows.map((row) => written(cdrObject(row))),
        ...(page.end ? {} : { next: cursorTo(list, String(page.cursor)) }),
      };
    },
  });
}

function written(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}

function exportRoute(services: OperatorServices): AnyRoute {
  return route({
    ...usual,
    url: '/cdrs/export',
    name: 'exportCdrs',
    summary: 'Read call detail records as a file',
    describe: 'In the order of their numbers, `seq`: where one file ends the next goes on with `after`.',
    query: cdrExportQuery,
    answers: { 200: { types: ['text/csv', 'application/jsonl'], describe: 'All that match.' } },
    async handle({ request, query: { format, after, ...chosen } }, reply) {
      const filter = filterOf(chosen);
      noteDone(services, request, 'cdrs-exported');
      return reply
        .type(types[format])
        .header('content-disposition', `attachment; filename="cdrs.${format}"`)
        .send(Readable.from(services.books.cdrs(filter, format, after)));
    },
  });
}

type Chosen = Pick<z.output<typeof cdrExportQuery>, 'since' | 'before' | 'events' | 'mailbox' | 'trunk'>;

function filterOf({ since, before, events, mailbox, trunk }: Chosen): CdrFilter {
  const wanted = events?.split(',').map((given) => {
    const found = cdrEvents.find((one) => one === given);
    if (found === undefined)
      throw new HttpProblem(400, `Events are: ${cdrEvents.join(', ')}.`, {
        code: 'invalid',
        fields: [{ field: 'query.events', code: 'invalid_value' }],
      });
    return found;
  });
  return {
    ...(since === undefined ? {} : { from: new Date(since) }),
    ...(before === undefined ? {} : { to: new Date(before) }),
    ...(wanted === undefined ? {} : { events: wanted }),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(trunk === undefined ? {} : { trunk }),
  };
}

function reportRoute({ books }: OperatorServices): AnyRoute {
  return route({
    ...usual,
    url: '/reports',
    name: 'readReport',
    summary: 'Read sums of days or months',
    query: reportQuery,
    answers: { 200: report },
    async handle({ query: { by, from, to = from, name, format } }, reply) {
      if (from.length !== to.length || from > to)
        throw new HttpProblem(400, 'Two days, or two months, the first one first.', {
          code: 'invalid',
          fields: [{ field: 'query.to', code: 'invalid_value' }],
        });
      const filter = { by, from, to, ...(name === undefined ? {} : { name }) };
      if (format === 'csv') {
        void reply.header('content-disposition', 'attachment; filename="report.csv"').type(types.csv);
        return reply.send(Readable.from(books.summaries(filter, 'csv')));
      }
      const items: unknown[] = [];
      for await (const line of books.summaries(filter, 'jsonl')) {
        items.push(JSON.parse(line));
        if (items.length > mostRows)
          throw new HttpProblem(422, 'The report is too long: ask for less, or as csv.', { code: 'refused' });
      }
      return { items };
    },
  });
}
