/** A subscriber's phones. */
import { z } from 'zod';
import { number, timestamp } from './common.ts';

export const device = z
  .object({
    kind: z.enum(['number', 'phone']).describe('A number of the mailbox, or a phone that shows its lamp.'),
    number: number.optional().describe('The number.'),
    own: z.boolean().describe('Calls from it open the mailbox without a PIN, where the class allows.'),
    agent: z.string().optional().describe('What a phone calls itself.'),
    state: z.enum(['reachable', 'unreachable', 'unknown']).describe('Whether it is there now.'),
    expires: timestamp.optional().describe('Until when a phone asked to be told.'),
  })
  .meta({ id: 'Device', description: 'A number or phone.' });
export type Device = z.infer<typeof device>;

export const deviceList = z
  .object({ items: z.array(device).describe('The mailbox’s own number first.') })
  .meta({ id: 'DeviceList', description: 'A subscriber’s numbers and phones.' });
export type DeviceList = z.infer<typeof deviceList>;
