/** How many bytes of large requests are held at once, so that uploads cannot use up the memory of the process that answers calls. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from '../problem.ts';

/** Requests below this are not counted. */
const smallBytes = 256 * 1024;
/** Of all that come in or are being answered: a body is held as text, as its parts and as what is stored. */
const mostBytes = 120_000_000;
const retryAfter = 5;

declare module 'fastify' {
  interface FastifyRequest {
    /** Of its body, taken out of the budget. */
    heldBytes: number;
  }
}

/** After who asks is known, and before anything of the body is read. @throws HttpProblem 503 */
export function holdBodies(app: FastifyInstance, most = mostBytes): void {
  let held = 0;
  app.decorateRequest('heldBytes', 0);
  app.addHook('preParsing', async (request, reply) => {
    const bytes = bytesOf(request);
    if (bytes < smallBytes) return;
    if (held + bytes > most)
      throw new HttpProblem(503, 'There is too much under way. Try again in a moment.', { retryAfter });
    held += bytes;
    request.heldBytes = bytes;
    // However it ends, also when whoever sent it has gone.
    reply.raw.once('close', () => {
      held -= request.heldBytes;
      request.heldBytes = 0;
    });
  });
}

/** What it says, or what it may have. */
function bytesOf({ headers, routeOptions }: FastifyRequest): number {
  const said = headers['content-length'];
  if (said !== undefined) return Number(said);
  return headers['transfer-encoding'] === undefined ? 0 : (routeOptions.bodyLimit ?? 0);
}
