import { S3ServiceException } from '@aws-sdk/client-s3';
import { Fault } from '../../core/errors.ts';

/** Refusals that may pass although their status says that the request was wrong. */
const passing: ReadonlySet<string> = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'SlowDown',
  'OperationAborted',
  'ExpiredToken',
]);

/** The Fault of a failed request: what the server refused stays refused; whatever else went wrong may pass. */
export function s3Fault(operation: string, error: unknown, late: boolean): Fault {
  if (error instanceof Fault) return error;
  if (late) return away(`${operation}: no answer in time`, error);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (!(error instanceof S3ServiceException)) return away(`${operation}: ${text}`, error);
  const status = error.$metadata.httpStatusCode ?? 0;
  const refused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (!refused || passing.has(error.name)) return away(`${operation}: ${text}`, error);
  return new Fault('archive-failed', `Archive: ${operation}: ${text}`, { temporary: false, cause: error });
}

function away(what: string, cause: unknown): Fault {
  return new Fault('archive-unavailable', `Archive: ${what}`, { temporary: true, cause });
}
