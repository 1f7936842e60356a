/** What a search found, as one SMS. */
import type { Message } from '../message/message.ts';
import { localTime } from '../time/local-time.ts';
import { smsUnits } from './sms-units.ts';
import { senderOf } from './texts.ts';
import type { Wording } from './wording.ts';

/** So many are shown at most, and so many characters of a name. */
export const mostShown = 5;
const longestName = 16;

export interface Found {
  readonly words: Wording;
  /** The newest first; at least one. */
  readonly messages: readonly Pick<Message, 'envelope' | 'reference'>[];
  /** There are more than those. */
  readonly more: boolean;
  readonly now: Date;
  /** IANA zone of the subscriber. */
  readonly timeZone: string;
}

/**
 * Sender, time and reference of as many messages as one SMS holds. Names give way to numbers where the text would be longer, or
 * where only one message would have room; the references are always whole.
 */
export function foundText(found: Found): string {
  const { messages, more, words } = found;
  const fill = (count: number, who: (message: Hit) => string): string => {
    const hits = messages.slice(0, count).map((message) => hit(found, message, who(message)));
    const name = more || count < messages.length ? 'found-more' : 'found';
    return words.text(name, { hits: hits.join('; ') });
  };
  const most = Math.min(mostShown, messages.length);
  const fitting = (who: (message: Hit) => string, least: number): string | undefined => {
    for (let count = most; count >= least; count -= 1) {
      const text = fill(count, who);
      if (smsUnits(text).fits) return text;
    }
    return undefined;
  };
  const byName = ({ envelope: { from } }: Hit): string => {
    const { name, number = '' } = senderOf(from, words);
    return name === undefined ? number : Array.from(name).slice(0, longestName).join('').trim();
  };
  const byNumber = ({ envelope: { from } }: Hit): string => senderOf(from, words).number ?? '';
  const two = Math.min(2, most);
  return fitting(byName, two) ?? fitting(byNumber, two) ?? fitting(byNumber, 1) ?? fill(1, () => '');
}

type Hit = Found['messages'][number];

function hit({ now, timeZone }: Found, { envelope, reference }: Hit, who: string): string {
  return [who, shortTime(envelope.received, now, timeZone), reference]
    .filter((part) => part !== '')
    .join(' ');
}

/** The time of today, day and time of this year, else the whole day: in the order of ISO 8601, which no country reads otherwise. */
function shortTime(at: Date, now: Date, timeZone: string): string {
  const [then, today] = [localTime(at, timeZone), localTime(now, timeZone)];
  const pad = (value: number): string => String(value).padStart(2, '0');
  const clock = `${pad(Math.trunc(then.minute / 60))}:${pad(then.minute % 60)}`;
  if (then.day === today.day) return clock;
  return then.day.slice(0, 4) === today.day.slice(0, 4) ? `${then.day.slice(5)} ${clock}` : then.day;
}
