/** Sends a message on to an e-mail address, with all its parts. */
import { isAddress } from '../core/mail/address.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { Notify } from './notify.ts';

export interface SendMailDeps {
  readonly notify: Pick<Notify, 'sendOn'>;
}

export type MailSent =
  /** Out, or on its way: it is tried again like other mails. */
  | 'taken'
  /** The relay or the address will never take it. */
  | 'refused'
  /** Its sender wants it to go no further. */
  | 'confidential'
  | 'not-an-address';

export interface SendMails {
  /** @param id of this asking: the same sends once */
  send(message: Message, from: Mailbox, to: string, id: string): Promise<MailSent>;
}

export function createSendMails({ notify }: SendMailDeps): SendMails {
  return {
    async send(message, mailbox, to, id) {
      if (!isAddress(to)) return 'not-an-address';
      const { confidential, subject, parts } = message.envelope;
      if (confidential) return 'confidential';
      const sent = await notify.sendOn({
        key: `forward:${message.id}:${id}`,
        mailbox,
        gateway: 'email',
        to,
        body: message.transcript ?? '',
        about: message.id,
        parts,
        ...(subject === undefined ? {} : { subject }),
      });
      return sent.status === 'dead' ? 'refused' : 'taken';
    },
  };
}
