/** The contract of app/ports/media.ts as cases that every adapter must pass. */
import type { MediaCasesWorld } from './world.ts';
import { bridgeCases } from './cases/bridge.ts';
import { callCases } from './cases/call.ts';
import { dialCases } from './cases/dial.ts';
import { faxCases } from './cases/fax.ts';
import { gatherCases } from './cases/gather.ts';
import { lifeCases } from './cases/life.ts';
import { messageCases } from './cases/message.ts';
import { playCases } from './cases/play.ts';
import { recordCases } from './cases/record.ts';

export type MediaCase = (world: MediaCasesWorld) => Promise<void>;
export type MediaCaseList = Readonly<Record<string, MediaCase>>;

const groups: Readonly<Record<string, MediaCaseList>> = {
  'a call': callCases,
  playing: playCases,
  digits: gatherCases,
  recording: recordCases,
  'calling out': dialCases,
  'two calls': bridgeCases,
  faxes: faxCases,
  'texts, lamps and strays': messageCases,
  // Last: they open the adapter anew.
  'adapter life': lifeCases,
};

export interface Skip {
  readonly reason: string;
  readonly cases: readonly string[];
}

/** Declares the cases as mocha tests; one world serves them all. */
export function runMediaCases(
  open: () => Promise<MediaCasesWorld>,
  options: { readonly skip?: readonly Skip[]; readonly timeoutMs?: number } = {},
): void {
  const known = Object.values(groups).flatMap((cases) => Object.keys(cases));
  const skipped = (options.skip ?? []).flatMap((skip) => skip.cases);
  const unknown = skipped.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')}`);
  let world: MediaCasesWorld;

  before(async function () {
    this.timeout(60_000);
    world = await open();
  });

  // What a failed case left up is not to be met by the next one.
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await world.reopen();
  });

  after(async () => world[Symbol.asyncDispose]());

  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const [name, run] of Object.entries(cases)) {
        if (skipped.includes(name)) continue;
        it(name, async function () {
          // A page takes a machine 25 s, and some agree first on how to send it.
          this.timeout(group === 'faxes' ? 120_000 : (options.timeoutMs ?? 20_000));
          await run(world);
        });
      }
    });
  }
}
