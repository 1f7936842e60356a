/** What an SMTP client is told when something is not taken (RFC 5321, with the codes of RFC 3463). */
export class SmtpError extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, text: string) {
    super(text);
    this.name = 'SmtpError';
    this.responseCode = responseCode;
  }
}

/** Those from 400 to 499 ask it to try again later. */
export const failures = {
  client: () => new SmtpError(554, '5.7.1 Mail from your address is not taken here'),
  tooMany: () => new SmtpError(421, '4.7.0 Too many connections from your address'),
  rate: () => new SmtpError(451, '4.7.0 Too many mails from your address: try again in a minute'),
  relay: () => new SmtpError(550, '5.7.1 Relaying denied: this domain is not ours'),
  unknown: () => new SmtpError(550, '5.1.1 Nobody is served at this address'),
  full: () => new SmtpError(452, '4.2.2 The mailbox is full'),
  often: () => new SmtpError(450, '4.7.1 Too many messages were left in a short time: try again later'),
  suspended: () => new SmtpError(550, '5.2.1 The mailbox takes no messages'),
  tooLargeForMailbox: () => new SmtpError(552, '5.2.3 The mail is larger than this mailbox may be'),
  reportsOnly: () => new SmtpError(550, '5.7.1 This address takes delivery reports alone'),
  guessing: () => new SmtpError(421, '4.7.0 Too many unknown recipients'),
  tooLarge: () => new SmtpError(552, '5.3.4 The mail is larger than is taken here'),
  busy: () => new SmtpError(452, '4.3.1 There is no room just now: try again later'),
  loop: () => new SmtpError(554, '5.4.6 The mail has passed too many servers'),
  unreadable: () => new SmtpError(554, '5.6.0 The mail cannot be read'),
  later: () => new SmtpError(451, '4.3.0 That did not work just now: try again later'),
} as const;
