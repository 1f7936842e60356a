/** A mailbox: read it, change what its subscriber has chosen, and its PIN. */
import type { FastifyRequest } from 'fastify';
import type { SettingsChange } from '../../../../core/profile/settings.ts';
import type { E164 } from '../../../../core/ids.ts';
import type { Mailbox } from '../../../../core/mailbox/mailbox.ts';
import { HttpProblem, tooManyTries } from '../../problem.ts';
import { sessionOf } from '../../sign-in/guard.ts';
import { notFound, principalOf } from '../guard.ts';
import { route, type AnyRoute } from '../route.ts';
import { ifMatch, mailboxPath } from '../schema/common.ts';
import { mailbox, mailboxChange, pinChange, type MailboxChange } from '../schema/mailbox.ts';
import type { ApiServices } from '../services.ts';
import { findMailbox } from '../subjects.ts';
import { otherVersion, tagged, versionFrom } from '../versions.ts';
import { mailboxView } from '../views/mailbox.ts';

export function mailboxRoutes(services: ApiServices): AnyRoute[] {
  return [readRoute(services), changeRoute(services), pinRoute(services)];
}

function readRoute(services: ApiServices): AnyRoute {
  return route({
    method: 'GET',
    url: '/mailboxes/:id',
    access: 'subscriber',
    scope: 'mailboxes:read',
    tag: 'mailboxes',
    name: 'readMailbox',
    summary: 'Read a mailbox',
    params: mailboxPath,
    answers: { 200: mailbox },
    async handle({ request, params }, reply) {
      const found = await findMailbox(services, request, params.id);
      return tagged(reply, found.version).send(await mailboxView(services, found));
    },
  });
}

function changeRoute(services: ApiServices): AnyRoute {
  return route({
    method: 'PATCH',
    url: '/mailboxes/:id',
    access: 'subscriber',
    scope: 'mailboxes:write',
    tag: 'mailboxes',
    name: 'changeMailbox',
    summary: 'Change what a subscriber has chosen',
    params: mailboxPath,
    headers: ifMatch,
    body: mailboxChange,
    answers: { 200: mailbox },
    async handle({ request, params, body }, reply) {
      const found = await findMailbox(services, request, params.id);
      const version = versionFrom(request, found.version);
      const changed = await change(services, found, body, version);
      return tagged(reply, changed.version).send(await mailboxView(services, changed));
    },
  });
}

async function change(
  { directory, selfService }: ApiServices,
  found: Mailbox,
  { texts, ...rest }: MailboxChange,
  version: number | undefined,
): Promise<Mailbox> {
  let now = found;
  if (Object.values(rest).some((one) => one !== undefined)) {
    const result = await directory.changeSettings(found.id, settingsOf(rest), version);
    if (result.kind === 'not-found') throw notFound();
    if (result.kind === 'other-version') throw otherVersion();
    if (result.kind === 'invalid')
      throw new HttpProblem(422, 'It cannot be as it was asked for.', {
        code: 'invalid',
        fields: result.problems.map(({ field, code, allowed }) => ({
          field: field.replace(/^settings\.(addresses\.)?/, ''),
          code,
          detail: `What is allowed: ${allowed}.`,
        })),
      });
    now = result.mailbox;
  }
  return texts === undefined ? now : selfService.setNotices(now, texts);
}

function settingsOf({ email, sms, announcementOnly, lists, ...plain }: MailboxChange): SettingsChange {
  const { name, language, timeZone, notify, quietHours, deliverByCall } = plain;
  const given = { name, language, timeZone, notify, quietHours, deliverByCall, lists };
  const addresses = {
    ...(email === undefined ? {} : { email }),
    ...(sms === undefined ? {} : { sms: sms as E164 | null }),
  };
  return {
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as SettingsChange),
    ...(Object.keys(addresses).length === 0 ? {} : { addresses }),
    ...(announcementOnly === undefined
      ? {}
      : { greetings: { announcementOnly: announcementOnly ? true : null } }),
  };
}

function pinRoute({ authentication, ...services }: ApiServices): AnyRoute {
  return route({
    method: 'PUT',
    url: '/mailboxes/:id/pin',
    access: 'subscriber',
    scope: 'mailboxes:write',
    tag: 'mailboxes',
    name: 'changePin',
    summary: 'Change the PIN',
    describe:
      'The present PIN is asked for, but of who signed in by a code in the last ten minutes. Wrong ones count as on the telephone. Operators set PINs otherwise.',
    params: mailboxPath,
    body: pinChange,
    answers: { 204: 'nothing' },
    async handle({ request, params, body }, reply) {
      const who = principalOf(request);
      if (who.kind === 'operator') throw new HttpProblem(403, 'Only subscribers choose their PIN.');
      const found = await findMailbox(services, request, params.id);
      // Their own session stays, all others end.
      const session = who.credential;
      const asker = {
        key: `web:${found.id}`,
        trusted: false,
        ...(session === undefined ? {} : { session }),
      };
      if (!hasJustTypedCode(request, services.clock.now()) && (await authentication.hasPin(found.id))) {
        if (body.old === undefined)
          throw new HttpProblem(422, 'The present PIN is asked for.', {
            code: 'pin-refused',
            fields: [{ field: 'old', code: 'missing' }],
          });
        judge(await authentication.login(found, body.old, asker), services.clock.now());
      }
      const set = await authentication.setPin(found, body.new, asker);
      if (set.kind === 'refused')
        throw new HttpProblem(422, 'That PIN is too easy to guess, or is none.', {
          code: 'pin-refused',
          fields: [{ field: 'new', code: set.why }],
        });
      return reply.status(204).send();
    },
  });
}

/** Whoever has the phone in hand may choose a PIN, as in a call from it: who has forgotten theirs has no other way. */
const codeMs = 600_000;

function hasJustTypedCode(request: FastifyRequest, now: Date): boolean {
  const session = sessionOf(request);
  if (session?.holder.kind !== 'subscriber' || session.holder.via !== 'code') return false;
  return now.getTime() - session.created.getTime() < codeMs;
}

function judge(login: Awaited<ReturnType<ApiServices['authentication']['login']>>, now: Date): void {
  switch (login.kind) {
    case 'in':
    case 'change':
    case 'no-pin':
      return;
    case 'wrong':
      throw new HttpProblem(422, 'The present PIN is another.', {
        code: 'pin-refused',
        fields: [{ field: 'old', code: 'wrong' }],
      });
    case 'suspended':
      throw new HttpProblem(403, 'The mailbox is suspended.', { code: 'suspended' });
    case 'locked':
      throw tooManyTries(login.until, now);
  }
}
