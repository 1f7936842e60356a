/** Finds what a request is about, for those to whom it is there; to others it is not. */
import type { FastifyRequest } from 'fastify';
import type { MailboxId, MessageId } from '../../../core/ids.ts';
import type { Mailbox } from '../../../core/mailbox/mailbox.ts';
import type { Message } from '../../../core/message/message.ts';
import { maySee } from '../../../core/access/principal.ts';
import { notFound, principalOf, seen } from './guard.ts';
import type { ApiServices, Subject } from './services.ts';

/** Judged before it is looked for: a mailbox that is not theirs costs no question. */
export function mailboxId(request: FastifyRequest, id: string): MailboxId {
  const mailbox = id as MailboxId;
  if (!maySee(request.principal, { mailbox })) throw notFound();
  return mailbox;
}

/** @throws HttpProblem 404 */
export async function findMailbox(
  { directory }: Pick<ApiServices, 'directory'>,
  request: FastifyRequest,
  id: string,
): Promise<Mailbox> {
  const found = await directory.byId(mailboxId(request, id));
  return seen(request, found, ({ id: mailbox }) => ({ mailbox }));
}

/** @throws HttpProblem 404 */
export async function findMessage(
  { retrieval }: Pick<ApiServices, 'retrieval'>,
  request: FastifyRequest,
  id: string,
): Promise<Message> {
  const found = await retrieval.message(id as MessageId);
  return seen(request, found, ({ id: message, mailbox }) => ({ mailbox, message }));
}

/** With its mailbox. @throws HttpProblem 404 */
export async function findSubject(
  services: Pick<ApiServices, 'retrieval' | 'directory'>,
  request: FastifyRequest,
  id: string,
): Promise<Subject> {
  const message = await findMessage(services, request, id);
  const mailbox = await services.directory.byId(message.mailbox);
  if (mailbox === undefined) throw notFound();
  return { message, mailbox };
}

/** Operators’ programs that read what is not theirs leave a trace. */
export function noteReading(
  { auditor }: Pick<ApiServices, 'auditor'>,
  request: FastifyRequest,
  outcome: string,
  { mailbox, message }: { readonly mailbox: MailboxId; readonly message?: MessageId },
): void {
  const who = principalOf(request);
  if (who.kind !== 'operator') return;
  auditor.note({
    event: 'operator',
    outcome,
    mailbox,
    caller: 'operator',
    by: who.name,
    ...(message === undefined ? {} : { subject: message }),
  });
}
