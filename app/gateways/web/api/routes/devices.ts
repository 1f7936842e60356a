/** A subscriber's numbers and phones. */
import { route, type AnyRoute } from '../route.ts';
import { mailboxPath } from '../schema/common.ts';
import { deviceList } from '../schema/device.ts';
import type { ApiServices } from '../services.ts';
import { findMailbox } from '../subjects.ts';

export function deviceRoutes(services: ApiServices): AnyRoute[] {
  return [
    route({
      method: 'GET',
      url: '/mailboxes/:id/devices',
      access: 'subscriber',
      scope: 'mailboxes:read',
      tag: 'mailboxes',
      name: 'listDevices',
      summary: 'List a subscriber’s numbers and phones',
      params: mailboxPath,
      answers: { 200: deviceList },
      async handle({ request, params }) {
        const mailbox = await findMailbox(services, request, params.id);
        const devices = await services.devices.of(mailbox);
        return {
          items: devices.map((one) =>
            one.kind === 'phone' ? { ...one, expires: one.expires.toISOString() } : one,
          ),
        };
      },
    }),
  ];
}
