/** Takes a mail apart (RFC 5322, MIME). Runs in a thread of its own: see parsers.ts. */
import { createHash } from 'node:crypto';
import {
  simpleParser,
  type Attachment,
  type HeaderLines,
  type ParsedMail,
  type StructuredHeader,
} from 'mailparser';
import { safeDisplay } from '../../core/address/name-addr.ts';
import { isAddress } from '../../core/mail/address.ts';
import { automaticKind } from '../../core/mail/automatic.ts';
import type { Omitted } from '../../core/message/message.ts';
import { bytesOfText } from '../../core/message/text-part.ts';
import type { DeliveryReport, InboundMail, MailAddress } from '../../ports/mail.ts';
import type { DepositPart } from '../../ports/spool.ts';

/** All but what the server itself saw; what depends on MAIL FROM is done with it. */
export type Parsed = Omit<InboundMail, 'client'>;

/** Attachments that are kept of one mail. */
const mostParts = 100;
/** Deeper ones are left out. */
const mostDeep = 50;
/** So many that were left out are named. */
const mostOmitted = 50;
/** Most bytes of written text. */
const mostTextBytes = 1_048_576;
const longestSubject = 500;

const options = {
  skipTextToHtml: true,
  skipImageLinks: true,
  skipTextLinks: true,
  keepCidLinks: true,
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  checksumAlgo: false,
  maxHtmlLengthToParse: mostTextBytes,
  maxHeadSize: 256 * 1024,
  /** More than these are refused. */
  maxChildNodes: 2000,
} as const;

/**
 * @param sender MAIL FROM; the empty string for reports
 * @throws Error of the library for one with more headers or parts than are taken
 */
export async function parseMail(raw: Uint8Array, sender: string): Promise<Parsed> {
  const mail = await simpleParser(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength), options);
  const header = headersOf(mail.headerLines);
  const written = mail.text ?? '';
  const text = bytesOfText(written, mostTextBytes);
  const words = new TextDecoder().decode(text.bytes).replace(/(?![\n\t])\p{Cc}/gu, ' ');
  const unread = mail.textConversionError !== undefined;
  const { parts, omitted } = partsOf(mail.attachments);
  if (unread) omitted.unshift({ why: 'unreadable', contentType: 'text/html' });
  if (text.cut) omitted.unshift({ why: 'too-large', contentType: 'text/plain' });
  const from = authorOf(mail);
  const messageId = /^<[^<>\s]{1,500}>$/.exec(mail.messageId ?? '')?.[0];
  const subject = tidySubject(mail.subject ?? '');
  const context = (header('message-context') ?? '').trim().toLowerCase();
  const report = reportOf(mail.attachments);
  return {
    id: idOf(mail.messageId, from, raw),
    ...(messageId === undefined ? {} : { messageId }),
    sender,
    ...(from === undefined ? {} : { from }),
    ...(subject === '' ? {} : { subject }),
    ...(context === '' ? {} : { context }),
    urgent: mail.headers.get('priority') === 'high',
    confidential: /^\s*(private|personal|company-confidential)\b/i.test(header('sensitivity') ?? ''),
    automatic: automaticKind((name) => (name === 'subject' ? mail.subject : header(name)), sender),
    loops: mail.headerLines
      .filter(({ key }) => key === 'x-loop')
      .slice(0, 20)
      .map(({ line }) => valueOf(line).toLowerCase()),
    hops: mail.headerLines.filter(({ key }) => key === 'received').length,
    words: words.trim() === '' ? '' : words.trim(),
    parts: unread && written.trim() === '' ? [htmlPart(mail), ...parts] : parts,
    omitted: omitted.slice(0, mostOmitted),
    ...(report === undefined ? {} : { report }),
  };
}

/** The first header of a name, without its folds. */
function headersOf(lines: HeaderLines): (name: string) => string | undefined {
  const first = new Map<string, string>();
  for (const { key, line } of lines) if (!first.has(key)) first.set(key, line);
  return (name) => {
    const line = first.get(name);
    return line === undefined ? undefined : valueOf(line);
  };
}

function valueOf(line: string): string {
  return line
    .slice(line.indexOf(':') + 1, 2000)
    .replace(/\r?\n\s*/g, ' ')
    .trim();
}

/** Whoever sends the same Message-ID under another name does not keep the first author's mail from being taken. */
function idOf(messageId: string | undefined, from: MailAddress | undefined, raw: Uint8Array): string {
  const hash = createHash('sha256');
  if (messageId === undefined || messageId === '') hash.update(raw);
  else hash.update(`${messageId}\0${from?.address.toLowerCase() ?? ''}`);
  return hash.digest('hex');
}

function authorOf(mail: ParsedMail): MailAddress | undefined {
  const first = mail.from?.value
    .flatMap((one) => one.group ?? [one])
    .find((one) => one.address !== undefined);
  if (first?.address === undefined || !isAddress(first.address)) return undefined;
  const name = safeDisplay(first.name);
  return { address: first.address, ...(name === '' ? {} : { name }) };
}

function tidySubject(subject: string): string {
  const clean = subject
    .slice(0, longestSubject * 4)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ');
  return Array.from(clean).slice(0, longestSubject).join('').trim();
}

function partsOf(attachments: readonly Attachment[]): { parts: DepositPart[]; omitted: Omitted[] } {
  const parts: DepositPart[] = [];
  const omitted: Omitted[] = [];
  for (const attachment of attachments) {
    const part = partOf(attachment);
    const why = whyNot(attachment, parts.length);
    if (why === undefined) parts.push(part);
    else
      omitted.push({
        why,
        contentType: part.contentType,
        ...(part.name === undefined ? {} : { name: part.name }),
      });
  }
  return { parts, omitted };
}

function whyNot({ partId, content }: Attachment, kept: number): Omitted['why'] | undefined {
  if ((partId?.split('.').length ?? 0) > mostDeep) return 'too-deep';
  if (kept >= mostParts) return 'too-many';
  return content.length === 0 ? 'unreadable' : undefined;
}

const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

function partOf(attachment: Attachment): DepositPart {
  // Of an empty header the library says `false`.
  const said: unknown = attachment.contentType;
  const given = typeof said === 'string' ? said.toLowerCase() : '';
  const type = mediaType.test(given) ? given : 'application/octet-stream';
  const charset = type.startsWith('text/') ? charsetOf(attachment) : undefined;
  const name = nameOf(attachment.filename);
  const duration = Number(attachment.headers.get('content-duration') ?? Number.NaN);
  return {
    contentType: charset === undefined ? type : `${type}; charset=${charset}`,
    // RFC 3803: whole seconds.
    ...(duration > 0 && duration < 86_400 ? { durationMs: Math.round(duration * 1000) } : {}),
    ...(name === undefined ? {} : { name }),
    bytes: attachment.content,
  };
}

function charsetOf({ headers }: Attachment): string | undefined {
  const type = headers.get('content-type') as StructuredHeader | undefined;
  const charset = type?.params?.['charset'];
  return charset !== undefined && /^[\w.:-]{1,40}$/.test(charset) ? charset.toLowerCase() : undefined;
}

/** A name for people and files: no folders, no control characters. */
function nameOf(filename: string | undefined): string | undefined {
  const name = safeDisplay((filename ?? '').replace(/[\\/:*?"<>|]+/g, ' ')).replace(/^\.+/, '');
  return name === '' ? undefined : name;
}

/** Of a mail whose HTML could not be made text. */
function htmlPart({ html }: ParsedMail): DepositPart {
  return {
    contentType: 'text/html; charset=utf-8',
    name: 'message.html',
    bytes: bytesOfText(html || '', 4 * mostTextBytes).bytes,
  };
}

/** RFC 3464; of several recipients the first, since each mail of ours has one. */
function reportOf(attachments: readonly Attachment[]): DeliveryReport | undefined {
  const found = attachments.find(({ contentType }) => contentType === 'message/delivery-status');
  if (found === undefined) return undefined;
  const fields = found.content.toString('latin1', 0, 20_000);
  const action = /^action:[ \t]*(failed|delayed|delivered)\b/im.exec(fields)?.[1]?.toLowerCase();
  if (action === undefined) return undefined;
  const status = /^status:[ \t]*([245]\.\d{1,3}\.\d{1,3})\b/im.exec(fields)?.[1];
  return {
    action: action as DeliveryReport['action'],
    ...(status === undefined ? {} : { status }),
  };
}
