import { safeDisplay } from '../address/name-addr.ts';
import type { Sender } from '../message/message.ts';
import { smsUnits } from './sms-units.ts';
import type { Wording } from './wording.ts';

export interface Notice {
  readonly words: Wording;
  /** Access number, E.164. */
  readonly access: string;
  readonly reference: string;
  readonly from: Sender;
  readonly durationMs: number;
  readonly urgent?: boolean;
  /** Address that opens the message; left out where the text would not be one SMS with it. */
  readonly link?: string | undefined;
}

/**
 * The text about a new message, in one SMS: who called, how long, `access,,reference#` to tap, and how to answer.
 * Where it would be longer, the caller's name is shortened, then left out; the reference is always whole.
 */
export function noticeText(notice: Notice): string {
  const { words } = notice;
  const holes = { duration: duration(notice.durationMs), open: `${notice.access},,${notice.reference}#` };
  const long = notice.urgent ? 'urgent-notice' : 'notice';
  const linked = linkedSms(notice, (caller, link) =>
    words.text(`linked-${long}`, { ...holes, caller, link }),
  );
  if (linked !== undefined) return linked;
  return oneSms(notice.from, words, {
    wide: (caller) => words.text(long, { ...holes, caller }),
    narrow: (caller) => words.text('short-notice', { ...holes, caller }),
  });
}

/** The text with a link, with as much of the sender's name as there is room for; `undefined` if it is not one SMS with any. */
export function linkedSms(
  { from, words, link }: Pick<Notice, 'from' | 'words' | 'link'>,
  write: (caller: string, link: string) => string,
): string | undefined {
  // A language without that text has none with a link.
  if (link === undefined || !write('', link).includes(link)) return undefined;
  const { number, name } = senderOf(from, words);
  const linked = (caller: string): string => write(caller, link);
  if (name !== undefined)
    return (
      (number && shortened(name, (shown) => linked(`${shown} (${number})`), '.', Infinity)) ||
      shortened(name, linked)
    );
  const text = linked(number ?? words.text('unknown-caller'));
  return smsUnits(text).fits ? text : undefined;
}

/** Of a text about a sender the most that is one SMS: with name and number, then less of the name, then in short. */
export function oneSms(
  from: Sender,
  words: Wording,
  { wide, narrow }: Readonly<Record<'wide' | 'narrow', (caller: string) => string>>,
): string {
  const { number, name } = senderOf(from, words);
  return (
    (name && number ? shortened(name, (shown) => wide(`${shown} (${number})`)) : undefined) ??
    (name ? shortened(name, wide) : undefined) ??
    (name ? shortened(name, narrow) : undefined) ??
    [wide(number ?? words.text('unknown-caller')), narrow(number ?? '')].find(
      (text) => smsUnits(text).fits,
    ) ??
    narrow('').trim()
  );
}

/**
 * The text about a text, e-mail, picture or film, in one SMS: who wrote, its first words, `access,,reference#` to tap, and how to
 * read it. Where it would be longer there are fewer words, then no name, then the number alone.
 */
export function textNoticeText(
  notice: Omit<Notice, 'durationMs' | 'urgent'> & { readonly said: string },
  name: 'text-notice' | 'email-notice' | 'image-notice' | 'video-notice' = 'text-notice',
): string {
  const { words, access, reference, said } = notice;
  const open = `${access},,${reference}#`;
  const { number, name: called } = senderOf(notice.from, words);
  const shown = firstWords(said);
  const { link = '' } = notice;
  const callers = called && number ? [`${called} (${number})`, called, number] : [called ?? number ?? ''];
  const isLinked = link !== '' && words.text(`linked-${name}`, { link }).includes(link);
  const linked = isLinked ? ([`linked-${name}`] as const) : [];
  for (const template of [...linked, name, 'short-text-notice'] as const) {
    const filled = (caller: string, some: string): string =>
      words.text(template, { caller, words: some, open, link }).replace(/ {2,}/g, ' ').trim();
    for (const caller of callers) {
      const text = shortened(shown, (some) => filled(caller, some), '...', leastWords);
      if (text !== undefined) return text;
    }
  }
  // A sender whose name is all that is known and too long for words beside it.
  const bare = (caller: string): string =>
    words.text('short-notice', { caller, open }).replace(/ {2,}/g, ' ').trim();
  return [bare(number ?? ''), bare('')].find((text) => smsUnits(text).fits) ?? bare('');
}

/** So many characters of a text are shown at least, if it has as many. */
const leastWords = 12;

/** One line that brings no links and no numbers of its own. */
function firstWords(said: string): string {
  return tidy(harmless(said.slice(0, 400)), 80);
}

/** In place of several notices that waited for the end of quiet hours; the reference is that of the oldest. */
export function summaryText(summary: {
  readonly words: Wording;
  readonly access: string;
  readonly reference: string;
  readonly count: number;
  /** When quiet hours began, `HH:MM`. */
  readonly since: string;
}): string {
  const { words, access, reference, count, since } = summary;
  return words.text('summary', { n: count, since, open: `${access},,${reference}#` });
}

/** Sent once, before the first notice of a mailbox that nobody ordered. */
export function welcomeText(welcome: {
  readonly words: Wording;
  readonly access: string;
  readonly number?: string;
}): string {
  return welcome.words.text('welcome', { access: welcome.access });
}

/** Who it is from, as it can be shown anywhere; a number stands for an address where there is no name either. */
export function senderOf(from: Sender, words: Wording): { number?: string; name?: string } {
  if (from.private) return { number: words.text('private-caller') };
  const name = tidy(harmless(from.name ?? ''), 40);
  const number = tidy(from.number ?? (name === '' ? (from.address ?? '') : ''), 24);
  if (name === '' && number === '') return { number: words.text('unknown-caller') };
  return { ...(name === '' ? {} : { name }), ...(number === '' ? {} : { number }) };
}

/**
 * A name cannot bring a link or a number of its own, which a phone would make something to tap: no runs of five digits,
 * also with what people put between them, and no dots (of any script) within words.
 */
function harmless(name: string): string {
  return safeDisplay(name)
    .normalize('NFKC')
    .replace(/\p{Nd}(?:[\p{Z}\p{P}\p{Sm}]{0,3}\p{Nd}){4,}/gu, ' ')
    .replace(/(?:\bhttps?)?:\/\/|(?<=[\p{L}\p{N}])[.。](?=[\p{L}\p{N}])/gu, ' ');
}

/** Text from outside cannot bring links, or digits that a phone would offer to dial in place of ours. */
function tidy(text: string, most: number): string {
  const safe = safeDisplay(text)
    .replace(/[,;#<>{}]|https?:\/\/|www\./gi, ' ')
    .replace(/ {2,}/g, ' ');
  return Array.from(safe).slice(0, most).join('').trim();
}

/** The longest beginning, of some characters or the whole, with which the text is one SMS. */
function shortened(name: string, text: (name: string) => string, end = '.', most = 3): string | undefined {
  const characters = Array.from(name);
  const least = Math.min(most, characters.length);
  for (let length = characters.length; length >= least; length--) {
    const cut = characters.slice(0, length).join('').trim();
    const candidate = text(length === characters.length ? cut : `${cut}${end}`);
    if (smsUnits(candidate).fits) return candidate;
  }
  return undefined;
}

/** `m:ss`, rounded up so that a short message is not 0:00. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000)) || 0;
  return `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
