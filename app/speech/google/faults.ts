import { Fault, type FaultCode } from '../../core/errors.ts';
import { farSideError } from '../../core/far-side-error.ts';

/** Codes of gRPC (google.rpc.Code) that say what is wrong with us or with what was sent; all others may pass. */
const lasting: Readonly<Record<number, FaultCode>> = {
  // INVALID_ARGUMENT, OUT_OF_RANGE
  3: 'invalid',
  11: 'invalid',
  // NOT_FOUND, PERMISSION_DENIED, FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED
  5: 'media-failed',
  7: 'media-failed',
  9: 'media-failed',
  12: 'media-failed',
  16: 'media-failed',
};

/** The Fault of what a client library rejected with. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code } = error as { readonly code?: unknown };
  const known = typeof code === 'number' ? lasting[code] : undefined;
  const text = `Google's speech service: code ${typeof code === 'number' ? code : 'none'}`;
  return new Fault(known ?? 'media-unavailable', text, {
    temporary: known === undefined,
    cause: farSideError(error),
  });
}
