/** The section `smpp` of the configuration: one bind to an SMSC. */
import { z } from 'zod';
import { name } from './forms.ts';
import { certificateFiles, e164, port } from './parts.ts';

export const smppBind = z.strictObject({
  name: name.describe(
    'Its name, also in the variable of its password: SMPP_PASSWORD_<NAME>, in capitals, with _ for -.',
  ),
  host: z.string().min(1).describe('Where the SMSC is.'),
  port: port.default(2775).describe('Its TCP port.'),
  tls: z.boolean().default(false).describe('Whether it is reached over TLS; its certificate is checked.'),
  tlsCa: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the certificates (PEM) that are trusted in place of the system’s, for an SMSC with its own authority.',
    ),
  tlsClient: certificateFiles
    .optional()
    .describe('Who we are to an SMSC that asks for a certificate; read at each bind.'),
  mode: z
    .enum(['transceiver', 'pair'])
    .default('transceiver')
    .describe('One connection, or one for each direction (transmitter and receiver).'),
  systemId: z.string().min(1).max(15).describe('Who we are to the SMSC.'),
  systemType: z.string().max(12).default('').describe('As the SMSC asks for it.'),
  addressRange: z
    .string()
    .max(40)
    .default('')
    .describe('Numbers whose texts come here, as the SMSC asks for it.'),
  from: z
    .union([e164, z.string().regex(/^[A-Za-z0-9 ]{1,11}$/, 'a number in E.164 form, a short code or a name')])
    .describe('Where texts come from. Texts to it are answers to ours.'),
  window: z.int().min(1).max(1000).default(10).describe('Most texts without an answer at once.'),
  perSecond: z.int().min(1).max(10_000).default(50).describe('Most texts in a second.'),
  alphabet: z
    .enum(['gsm', 'latin1'])
    .default('gsm')
    .describe('What the SMSC means by data_coding 0, its default.'),
  long: z
    .enum(['udh', 'payload'])
    .default('udh')
    .describe('Long texts go in parts (UDH), or whole in message_payload.'),
  callback: z
    .enum(['none', 'access', 'reference'])
    .default('none')
    .describe(
      'callback_num of notices: the access number, or what opens the message, which is longer than SMPP 3.4 foresees.',
    ),
  waiting: z
    .boolean()
    .default(false)
    .describe('Notices set the phone’s voice mail indicator (ms_msg_wait_facilities).'),
  bareNumbers: z
    .enum(['national', 'international'])
    .default('national')
    .describe('What numbers of unknown type are that the SMSC delivers.'),
  prefixes: z
    .array(z.string().regex(/^\+[0-9]{1,15}$/, 'a prefix with its plus, as +4479'))
    .default([])
    .describe(
      'Only numbers that begin so are sent to by it; the longest match of all binds that are up wins. All numbers if empty.',
    ),
  smsc: name
    .optional()
    .describe(
      'Name of the SMSC, the same for all binds to it: receipts and repeats may come by any of them. Binds at the same host are one SMSC if absent.',
    ),
});
