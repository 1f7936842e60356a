/** What an operator does is written down with their name. */
import type { FastifyRequest } from 'fastify';
import type { MailboxId } from '../../../core/ids.ts';
import type { Auditor } from '../../../services/audit.ts';
import { principalOf } from './guard.ts';

/** Name of whoever asks. */
export function nameOf(request: FastifyRequest): string {
  const who = principalOf(request);
  return who.kind === 'operator' ? who.name : who.kind;
}

export function noteDone(
  { auditor }: { readonly auditor: Pick<Auditor, 'note'> },
  request: FastifyRequest,
  outcome: string,
  about: { readonly mailbox?: MailboxId; readonly subject?: string } = {},
): void {
  auditor.note({ event: 'operator', outcome, caller: 'operator', by: nameOf(request), ...about });
}
