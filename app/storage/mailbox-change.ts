import { MongoBulkWriteError, type AnyBulkWriteOperation, type Filter } from 'mongodb';
import { Fault } from '../core/errors.ts';
import type { MailboxChange, MailboxPut } from '../ports/store.ts';
import { isOnlyDuplicates } from './faults.ts';
import { toDocument, type MailboxDocument } from './mailbox-document.ts';

/** Settings whose parts change one by one. */
const parted: ReadonlySet<string> = new Set(['addresses', 'greetings', 'lists']);

/**
 * The update of a mailbox's own fields: each part of the settings by its own path, so that two changes at once do not undo
 * each other.
 * @throws Fault `invalid` if a name of a part would be a path of its own
 */
export function changeUpdate(change: MailboxChange) {
  const { settings = {}, ...own } = change;
  const set: Record<string, unknown> = {};
  const unset: Record<string, ''> = {};
  const put = (path: string, value: unknown): void => {
    if (value === undefined || value === null) unset[path] = '';
    else set[path] = value;
  };
  for (const [name, value] of Object.entries(own)) if (value !== undefined) set[name] = value;
  // Other rules may hold for its messages: automatic management looks at them.
  if (own.classOfService !== undefined) set['sweepAt'] = new Date();
  for (const [name, value] of Object.entries(settings)) {
    if (!parted.has(name) || value === undefined || value === null) {
      put(`settings.${plain(name)}`, value);
      continue;
    }
    for (const [part, one] of Object.entries(value)) put(`settings.${name}.${plain(part)}`, one);
  }
  return {
    ...(Object.keys(set).length === 0 ? {} : { $set: set }),
    ...(Object.keys(unset).length === 0 ? {} : { $unset: unset }),
    $inc: { version: 1 },
  };
}

/** A filter for a version of a mailbox; one that never changed has none written down. */
export function ofVersion(version: number | undefined): Filter<MailboxDocument> {
  if (version === undefined) return {};
  return { version: version === 0 ? { $in: [0, null] } : version } as Filter<MailboxDocument>;
}

export function toWrite(put: MailboxPut): AnyBulkWriteOperation<MailboxDocument> {
  if (put.kind === 'create') return { insertOne: { document: toDocument(put.fresh) } };
  const { $set = {}, ...update } = changeUpdate(put.change);
  const numbers = put.numbers === undefined ? {} : { numbers: [...put.numbers] };
  const set = { ...$set, ...numbers };
  return {
    updateOne: {
      filter: { _id: put.id, ...ofVersion(put.version) },
      update: { ...update, ...(Object.keys(set).length === 0 ? {} : { $set: set }) },
    },
  };
}

/** Which writes of many found their key taken, and how many documents the others found. Other errors stay errors. */
export function failedWrites(error: unknown): { failed: ReadonlySet<number>; matched: number } {
  if (!(error instanceof MongoBulkWriteError) || !isOnlyDuplicates(error)) throw error;
  const all = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return { failed: new Set(all.map((one) => one.index)), matched: error.result.matchedCount };
}

function plain(name: string): string {
  if (/^[A-Za-z0-9]{1,32}$/.test(name)) return name;
  throw new Fault('invalid', 'Store: the name of a setting is no plain word', { temporary: false });
}
