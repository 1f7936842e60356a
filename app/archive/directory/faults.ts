import { Fault } from '../../core/errors.ts';

/** The disk is there and may not be used: nothing changes that but the operator. */
const denied: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
]);
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** The Fault of a failed operation on files; whatever else a disk of another machine says may pass. */
export function ioFault(operation: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const text = `Archive: ${operation}: ${(error as Error).message}`;
  if (full.has(code)) return new Fault('disk-full', text, { temporary: true, cause: error });
  const temporary = !denied.has(code);
  return new Fault(temporary ? 'archive-unavailable' : 'archive-failed', text, { temporary, cause: error });
}
