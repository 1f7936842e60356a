/** The table of how far guessing references gets, as docs/security.md has it. */
import { configSchema } from '../app/config/schema.ts';
import { guessingCost, referenceSpace, type Guessing } from '../app/core/reference/guessing.ts';

const { maxWrong, windowMinutes } = configSchema.parse({}).references;
export const usual: Omit<Guessing, 'live' | 'callers'> = { space: referenceSpace, maxWrong, windowMinutes };

const systems = [
  { live: 1000, callers: 1 },
  { live: 100_000, callers: 1 },
  { live: 100_000, callers: 100 },
  { live: 1_000_000, callers: 1 },
  { live: 1_000_000, callers: 100 },
];

const head = [
  '| references in use | callers who guess | tries to any hit, on average | tries judged in a day | time to any hit |',
  '| --- | --- | --- | --- | --- |',
];

export function guessingRow(guessing: Guessing): string {
  const { triesToHit, triesADay, daysToHit } = guessingCost(guessing);
  const cells = [guessing.live, guessing.callers, triesToHit, triesADay].map((n) => plain(n));
  return `| ${[...cells, span(daysToHit)].join(' | ')} |`;
}

export function guessingTable(): string {
  return [...head, ...systems.map((system) => guessingRow({ ...usual, ...system }))].join('\n');
}

const [begin, end] = ['<!-- guessing -->', '<!-- /guessing -->'];

/** The page with the table between its marks. */
export function withGuessing(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${guessingTable()}\n\n${page.slice(to)}`;
}

function plain(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

function span(days: number): string {
  if (days >= 730) return `${plain(days / 365)} years`;
  if (days >= 2) return `${plain(days)} days`;
  return days >= 1 / 12 ? `${plain(days * 24)} hours` : `${plain(days * 24 * 60)} minutes`;
}
