/**
 * How the tests share the machine. Most of those with telephones wait: for prompts, tones and leases, in real time, and take a
 * tenth of a core meanwhile. Others compute all the time. Both together keep the machine busy, the latter at a lower priority.
 */
import { availableParallelism } from 'node:os';

export interface TestPlan {
  /** Files that wait more than they work; the longest begin first. */
  readonly waiting: readonly string[];
  /** Files whose callers need most of the machine at once: one at a time, when nothing else waits. */
  readonly crowds: readonly string[];
  /** All others. */
  readonly computing: readonly string[];
}

const cores = availableParallelism();

/** Files of each kind at once. One at a time the runner would load all files together. */
export const jobs = { waiting: 2 * cores, crowds: 1, computing: Math.max(2, cores) } as const;

const waits = /^test\/(system|demo|media)\//;
/** Many callers at once, whose keys and words keep to the clock whatever the machine does. */
export const crowds: readonly string[] = [
  'test/system/faults-crowd.test.ts',
  'test/system/sipp-keys.test.ts',
];

/**
 * They take most of the time: `npm test` leaves them to `npm run test:all`, which begins with them, since begun late they would be
 * alone at the end, and prints what took longest.
 */
export const long: readonly string[] = [
  'test/demo/demo.test.ts',
  'test/system/rules.test.ts',
  'test/system/fax.test.ts',
  'test/system/networks.test.ts',
  'test/media/ari.test.ts',
  'test/system/greetings.test.ts',
  'test/media/ari/fax-trouble.test.ts',
  'test/system/many-references.test.ts',
  'test/system/faults-kill.test.ts',
  'test/system/own-keys.test.ts',
  'test/system/sending.test.ts',
  'test/system/references.test.ts',
  'test/system/login.test.ts',
  'test/system/secrets.test.ts',
  'test/system/mailbox-keys.test.ts',
  'test/system/faults-store.test.ts',
  'test/media/esl.test.ts',
  'test/system/faults-input.test.ts',
  'test/system/reading.test.ts',
  'test/system/lines.test.ts',
  'test/speech/local.test.ts',
  'test/transform/document.test.ts',
  'test/transform/picture.test.ts',
  'test/chaos/chaos.test.ts',
  'test/farm/kills.test.ts',
  'test/web/page.test.ts',
  'test/fuzz/parsers.test.ts',
  'test/build/build.test.ts',
];

/** Divides the files. */
export function planTests(files: readonly string[]): TestPlan {
  const rank = (file: string): number => (long.includes(file) ? long.indexOf(file) : long.length);
  const ordered = files.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const rest = ordered.filter((file) => !crowds.includes(file));
  return {
    waiting: rest.filter((file) => waits.test(file)),
    crowds: ordered.filter((file) => crowds.includes(file)),
    computing: rest.filter((file) => !waits.test(file)),
  };
}
