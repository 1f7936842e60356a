/** The mail about a message: who, when, how long, its words, and how to get at it. */
import type { Message } from '../message/message.ts';
import { duration, senderOf } from '../notification/texts.ts';
import type { TextName, Wording } from '../notification/wording.ts';
import { mailHtml, type MailRow } from './html.ts';

export interface NoticeMail {
  readonly words: Wording;
  /** BCP 47 tag of the words. */
  readonly language: string;
  /** IANA zone of the subscriber. */
  readonly timeZone: string;
  /** Access number, E.164. */
  readonly access: string;
  readonly message: Message;
  /** Address that opens the message. */
  readonly link?: string | undefined;
  /** Whether answers to it come here. */
  readonly answers: boolean;
  /** Something of it was too large to be attached. */
  readonly tooLarge: boolean;
}

export interface WrittenMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** So much of a transcript or body is written into a mail, in characters. */
const mostWords = 8000;

export function noticeMail(notice: NoticeMail): WrittenMail {
  const { words, message } = notice;
  const { kind, omitted = [] } = message.envelope;
  const title = titleOf(notice);
  const subject = message.urgent ? words.text('mail-urgent', { subject: title }) : title;
  const rows = rowsOf(notice);
  const spoken = kind === 'voice' || kind === 'video';
  const all = Array.from(message.transcript ?? '');
  const said = all.slice(0, mostWords).join('') + (all.length > mostWords ? '…' : '');
  const notes = [
    ...(omitted.length > 0 ? [words.text('mail-left-out', { n: omitted.length })] : []),
    ...(notice.tooLarge ? [words.text('mail-not-attached')] : []),
    ...(notice.answers ? [words.text('mail-help')] : []),
  ];
  const heading = spoken ? words.text('mail-said') : undefined;
  const text = [
    rows.map(({ name, value }) => `${name}: ${value}`).join('\n'),
    ...(said === '' ? [] : [heading === undefined ? said : `${heading}:\n${said}`]),
    ...(notes.length === 0 ? [] : [['-- ', ...notes].join('\n')]),
  ].join('\n\n');
  const html = mailHtml({ language: notice.language, title: subject, rows, words: said, heading, notes });
  return { subject, text: `${text}\n`, html };
}

function titleOf({ words, message }: NoticeMail): string {
  const { kind, from, subject, parts } = message.envelope;
  const { name, number } = senderOf(from, words);
  const caller = name ?? number ?? words.text('unknown-caller');
  if (kind === 'email' && subject !== undefined) return subject;
  return words.text(`mail-${kind}` satisfies TextName, { caller, duration: duration(lengthOf(parts)) });
}

function lengthOf(parts: Message['envelope']['parts']): number {
  return parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0);
}

function rowsOf({ words, language, timeZone, access, message, link }: NoticeMail): MailRow[] {
  const { from, subject, received, parts } = message.envelope;
  const { name, number } = senderOf(from, words);
  const address = from.private ? undefined : from.address;
  const known = number ?? address;
  const who =
    name === undefined ? (address ?? number ?? '') : known === undefined ? name : `${name} (${known})`;
  const lengthMs = lengthOf(parts);
  const pages = parts.reduce((sum, part) => sum + (part.pages ?? 0), 0);
  const row = (label: TextName, value: string, to?: string): MailRow => ({
    name: words.text(label),
    value,
    ...(to === undefined ? {} : { link: to }),
  });
  return [
    row('mail-from', from.attestation === 'failed' ? `${who} - ${words.text('mail-caller-id-failed')}` : who),
    ...(subject === undefined ? [] : [row('mail-subject', subject)]),
    row('mail-received', written(received, language, timeZone)),
    ...(lengthMs === 0 ? [] : [row('mail-length', duration(lengthMs))]),
    ...(pages === 0 ? [] : [row('mail-pages', String(pages))]),
    row(
      'mail-call',
      `${access},,${message.reference}#`,
      // RFC 3966 has no pauses; telephones know the comma, and `#` begins a fragment.
      `tel:${access},,${message.reference}%23`,
    ),
    ...(link === undefined ? [] : [row('mail-link', link, link)]),
    row('mail-reference', message.reference),
  ];
}

function written(at: Date, language: string, timeZone: string): string {
  const format = (zone: string): string =>
    new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short', timeZone: zone }).format(at);
  try {
    return format(timeZone);
  } catch {
    return format('UTC');
  }
}

/** Any other text of ours as a mail: a paragraph. */
export function plainMail(mail: {
  readonly words: Wording;
  readonly language: string;
  readonly body: string;
}): WrittenMail {
  const subject = mail.words.text('mail-mailbox');
  const html = mailHtml({ language: mail.language, title: subject, rows: [], words: mail.body, notes: [] });
  return { subject, text: `${mail.body}\n`, html };
}
