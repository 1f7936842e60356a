/** What the store asks its server, and what that says of how it would look for it. */
import assert from 'node:assert/strict';
import type { Document } from 'mongodb';

/** Commands that look for nothing. */
const without: ReadonlySet<string> = new Set(['insert', 'getMore', 'killCursors', 'ping', 'endSessions']);

/** What a command looks for, as `find` commands, which can be explained everywhere. */
export function filtersOf(command: Document): Document[] {
  const [name = ''] = Object.keys(command);
  if (without.has(name)) return [];
  const { find, aggregate, findAndModify, update, delete: deleted, count, distinct } = command;
  if (find) return [pick(command, ['find', 'filter', 'sort', 'limit', 'projection', 'hint'])];
  if (aggregate) {
    const [first, ...stages] = command['pipeline'] as Document[];
    assert.ok(first?.['$match'], 'an aggregation begins with what it looks for');
    assert.ok(
      !stages.some((stage) => '$lookup' in stage || '$unionWith' in stage),
      'and looks for nothing else',
    );
    return [{ find: aggregate, filter: first['$match'] }];
  }
  if (findAndModify) {
    const { query: filter, sort } = command;
    return [{ find: findAndModify, filter, limit: 1, ...(sort ? { sort } : {}) }];
  }
  if (update) return command['updates'].map((one: Document) => ({ find: update, filter: one['q'] }));
  if (deleted) return command['deletes'].map((one: Document) => ({ find: deleted, filter: one['q'] }));
  if (count ?? distinct) return [{ find: count ?? distinct, filter: command['query'] ?? {} }];
  throw new Error(`nobody knows what ${name} looks for`);
}

function pick(document: Document, names: readonly string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => names.includes(name)));
}

/** What stands in place of what a question compares with: its kind and, of what FerretDB reads otherwise, its value. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))];
  if (value instanceof Date || value instanceof RegExp) return value.constructor.name;
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

/** Names of the indexes that a plan reads. */
export function indexesOf(plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const node = plan as Readonly<Record<string, unknown>>;
  const isScan = /Index Scan|IXSCAN/i.test(`${String(node['Node Type'])} ${String(node['stage'])}`);
  const name = node['Index Name'] ?? node['indexName'];
  const under = Object.values(node).flatMap(indexesOf);
  return [...new Set([...(isScan && typeof name === 'string' ? [name] : []), ...under])];
}

/** Stages that sort what they have read. */
export function sortsOf(plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const node = plan as Readonly<Record<string, unknown>>;
  const found = [node['stage'], node['Node Type']].filter((name) =>
    /^(Incremental )?sort$/i.test(String(name)),
  );
  return [...found.map(String), ...Object.values(node).flatMap(sortsOf)];
}

/**
 * Stages that read a whole collection or a whole index. MongoDB says COLLSCAN, or that there are no bounds. FerretDB shows the
 * plan of PostgreSQL: a sequential scan, an index without a condition, or the primary index asked for nothing but the collection.
 */
export function scansOf(plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const node = plan as Readonly<Record<string, unknown>>;
  const found: string[] = [];
  if (node['stage'] === 'COLLSCAN') found.push('COLLSCAN');
  if (node['Node Type'] === 'Seq Scan') found.push('Seq Scan');
  const condition = node['Index Cond'];
  const unbounded =
    /^(Bitmap )?Index (Only )?Scan$/.test(String(node['Node Type'])) && condition === undefined;
  if (unbounded) found.push(`all of ${String(node['Index Name'])}`);
  const [first] = Object.values((node['stage'] === 'IXSCAN' && node['indexBounds']) || {}).flat();
  if (first === '[MinKey, MaxKey]') found.push(`all of ${String(node['indexName'])}`);
  const whole =
    node['Index Name'] === '_id_' && typeof condition === 'string' && !condition.includes('object_id');
  if (whole) found.push(`whole _id_: ${condition}`);
  return [...found, ...Object.values(node).flatMap(scansOf)];
}

type Choice<T> = { readonly [K in keyof T]?: T[K] };

/** None, each alone, and all of them together. */
export function choices<T extends object>(of: T): Choice<T>[] {
  return [{}, ...Object.entries(of).map(([key, value]) => ({ [key]: value }) as Choice<T>), of];
}
