import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoSystemError,
  MongoTopologyClosedError,
} from 'mongodb';
import { Fault } from '../core/errors.ts';

const duplicateKey = 11000;

/** FerretDB's code for what PostgreSQL refused in any way: away, starting, full, a conflict of two upserts. */
const internalError = 1;

/**
 * PostgreSQL's own error codes (SQLSTATE), six bits a character, as DocumentDB hands on those that MongoDB has no word for.
 */
function packed(sqlState: string): number {
  return Array.from(sqlState).reduce((sum, char, i) => sum + (char.charCodeAt(0) - 48) * 64 ** i, 0);
}

/** Two commands were in each other's way and this one was undone: the same again may succeed at once. */
const conflictCodes: ReadonlySet<number> = new Set([
  internalError,
  112, // WriteConflict
  ...['40001', '40P01'].map(packed),
]);

/** A server that cannot serve now: MongoDB's own list of retryable errors, limits of time and disk, and the like of PostgreSQL. */
const awayCodes: ReadonlySet<number> = new Set(
  [6, 7, 50, 64, 89, 91, 134, 189, 202, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436, 14031].concat(
    ['08003', '08006', '53100', '53200', '53300', '55P03', '57014', '57P01', '57P02', '57P03', '58030'].map(
      packed,
    ),
  ),
);

/** The Fault of a failed operation; one that is a Fault already stays what it is. */
export function toFault(operation: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (isDuplicate(error)) {
    return new Fault('duplicate', `Store: ${operation}: ${text}`, { temporary: false, cause: error });
  }
  if (isAway(error)) return unavailable(`${operation}: ${text}`, error);
  return new Fault('store-failed', `Store: ${operation}: ${text}`, { temporary: false, cause: error });
}

export function unavailable(what: string, cause?: unknown): Fault {
  return new Fault('store-unavailable', `Store: ${what}`, { temporary: true, cause });
}

function isAway(error: unknown): boolean {
  if (!(error instanceof MongoError)) return isSocketError(error);
  if (error.hasErrorLabel(MongoErrorLabel.RetryableWriteError)) return true;
  if (error instanceof MongoServerError) return awayCodes.has(Number(error.code)) || isConflict(error);
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoSystemError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoClientClosedError ||
    error.name === 'MongoWaitQueueTimeoutError'
  );
}

/** Whether nothing was done and doing it again at once may succeed. */
export function isConflict(error: unknown): boolean {
  return error instanceof MongoServerError && conflictCodes.has(Number(error.code));
}

/** An error of the connection's socket itself: a write on a reset connection comes through the driver as it is. */
function isSocketError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

export function isDuplicate(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/** True if nothing but duplicate keys went wrong in a write of many documents. */
export function isOnlyDuplicates(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return isDuplicate(error);
  const all = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return error.result.getWriteConcernError() === undefined && all.every((one) => one.code === duplicateKey);
}

/** Name of the index whose key was taken. MongoDB gives the key pattern, FerretDB the name in its text alone. */
export function duplicateIndex(error: MongoServerError): string | undefined {
  const pattern = error['keyPattern'] as Readonly<Record<string, unknown>> | undefined;
  const [field] = Object.keys(pattern ?? {});
  return field ?? /index:? '?([\w.]+)/i.exec(error.message)?.[1];
}
