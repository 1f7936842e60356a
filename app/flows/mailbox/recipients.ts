/** Asks to whom a message goes: numbers, and distribution lists by their key. */
import { spokenDigits } from '../../core/address/spoken-digits.ts';
import type { E164 } from '../../core/ids.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import { prompt, type FlowDeps } from '../flow.ts';
import { askNumber } from './ask-number.ts';
import type { Session } from './session.ts';

/** Most recipients of one message. */
const mostRecipients = 200;

/**
 * @returns each once, in the order in which they were named; empty = the subscriber wants none
 */
export async function askRecipients(session: Session, { settings }: Mailbox): Promise<E164[] | 'gone'> {
  /** What each entry added. */
  const entries: E164[][] = [];
  const all = (): E164[] => [...new Set(entries.flat())];
  let told: readonly PlayItem[] = [];
  while (all().length < mostRecipients) {
    const question = prompt(entries.length === 0 ? 'recipient-enter' : 'recipient-next');
    const typed = await askNumber(session, ...told, question);
    if (typed === 'gone') return 'gone';
    const { keys } = typed;
    if (keys === '') return all();
    if (keys === '*') {
      if (entries.pop() === undefined) return [];
      told = [prompt('recipient-removed')];
      continue;
    }
    const found = keys.startsWith('*')
      ? ofList(settings.lists?.[listKey(keys.slice(1))]?.members)
      : await ofNumber(keys, session.deps);
    told = found.told;
    if (found.numbers.length > 0) entries.push([...found.numbers]);
  }
  await session.call.play([...told, prompt('recipient-most')], { language: session.profile.language });
  return all().slice(0, mostRecipients);
}

interface Found {
  readonly numbers: readonly E164[];
  /** What is said of it. */
  readonly told: readonly PlayItem[];
}

function ofList(members: readonly E164[] | undefined): Found {
  if (members === undefined || members.length === 0) return { numbers: [], told: [prompt('list-unknown')] };
  const count = { kind: 'count', value: members.length, noun: 'number' } as const;
  return { numbers: members, told: [prompt('list-has'), count] };
}

async function ofNumber(keys: string, deps: FlowDeps): Promise<Found> {
  const recipient = await deps.sends.recipient(keys);
  if (recipient.kind === 'ready') {
    return { numbers: [recipient.number], told: [await whoIs(recipient.number, deps)] };
  }
  const why = recipient.kind === 'full' ? 'recipient-full' : 'recipient-not-served';
  return { numbers: [], told: [prompt(why)] };
}

/** `07` is the list 7. */
export function listKey(keys: string): string {
  return keys.replace(/^0+(?=\d)/, '');
}

/** The spoken name of whom a number belongs to, or its digits as they would be dialled. */
export async function whoIs(number: E164, deps: FlowDeps): Promise<PlayItem> {
  const name = await deps.greetings.nameOf(number);
  return name === undefined
    ? { kind: 'digits', digits: spokenDigits(number, deps.plan.country) }
    : { kind: 'stored', media: name };
}
