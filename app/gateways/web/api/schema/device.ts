/** A subscriber's numbers and phones. */
import { z } from 'zod';
import { number, timestamp } from './common.ts';

export const device = z
  .object({
    kind: z
      .enum(['number', 'phone'])
      .describe('A number of the mailbox, or a phone that asked to be told of waiting messages (RFC 3842).'),
    number: number.describe('The number.'),
    phones: z.number().int().optional().describe('Of a number: how many phones asked to be told about it.'),
    expires: timestamp.optional().describe('Of a phone: until when it did.'),
  })
  .meta({ id: 'Device', description: 'A number or phone.' });
export type Device = z.infer<typeof device>;

export const deviceList = z
  .object({ items: z.array(device).describe('The mailbox’s own number first.') })
  .meta({ id: 'DeviceList', description: 'A subscriber’s numbers and phones.' });
export type DeviceList = z.infer<typeof deviceList>;
