/** A subscriber who sends faxes, in memory but for the store and the programs that make pages. */
import assert from 'node:assert/strict';
import type { FaxJobId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { DialAnswer } from '../../app/media/scripted/open.ts';
import { faxMachine } from '../../app/media/scripted/steps.ts';
import type { FaxJob } from '../../app/ports/fax-jobs.ts';
import { runFax, type FaxRunDeps } from '../../app/services/fax-run.ts';
import type { FaxRequest } from '../../app/services/fax-out.ts';
import { openTransform } from '../../app/transform/open.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { packedTiff } from '../fax/tiff.ts';
import { openMailboxWorld, type MailboxWorld } from '../flows/mailbox-world.ts';
import { silentLog } from '../ports/silent-log.ts';

/** Of another network. */
export const machineNumber = '+13035550166';
const alice = '+12025550147';
const rules = [{ allow: true, prefix: '+1' }] as const;

/** Opens and closes by the hooks of the suite that calls it. */
export function faxOffice() {
  const transform = openTransform(toolCommands(), { log: silentLog });
  let world: MailboxWorld;
  let from: Mailbox;
  let answers: DialAnswer;
  let dialled: string[];
  let wishes = 0;
  let tiff: { readonly contentType: string; readonly bytes: Uint8Array };

  before(async () => {
    tiff = { contentType: 'image/tiff', bytes: await packedTiff(2, 400) };
    world = await openMailboxWorld({
      converters: [transform],
      standard: {
        notify: [{ gateway: 'sip', to: 'subscriber' }],
        toll: { rules, dailyCalls: 1000 },
      },
      onDial: (number) => (dialled.push(number), answers),
    });
    from = await world.mailbox(alice);
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await transform[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    dialled = [];
    world.faxing.told.length = 0;
    answers = { kind: 'answered', steps: [faxMachine({ station: 'Machine' })] };
  });

  const ask = (change: Partial<FaxRequest> = {}) =>
    world.faxing.faxOut.request({
      id: `wish-${(wishes += 1)}`,
      from,
      to: machineNumber,
      content: [tiff],
      ...change,
    });

  async function taken(change: Partial<FaxRequest> = {}): Promise<FaxJobId> {
    const asked = await ask(change);
    assert.ok(asked.kind === 'taken', JSON.stringify(asked));
    return asked.id;
  }

  /** Works what is due now; answers how many there were. */
  async function work(): Promise<number> {
    for (let done = 0; ; done += 1) {
      const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 120_000);
      if (job === undefined) return done;
      await runFax(world.faxing.deps, job, new AbortController().signal);
    }
  }

  const tagOf = (id: FaxJobId, n: number) => `out~${id.replace(':', '_')}~${n}`;

  /** The switch, of which something is another way. */
  function withMedia(change: Partial<FaxRunDeps['media']>): FaxRunDeps {
    const { media } = world;
    const same: FaxRunDeps['media'] = {
      dial: (to, options) => media.dial(to, options),
      faxSent: (tag) => media.faxSent(tag),
      faxKept: (tag) => media.faxKept(tag),
      canFax: true,
      healthy: true,
    };
    return { ...world.faxing.deps, media: { ...same, ...change } };
  }

  /** Works the one that is due. */
  async function runOnce(deps: FaxRunDeps): Promise<void> {
    const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 120_000);
    assert.ok(job !== undefined);
    await runFax(deps, job, new AbortController().signal);
  }

  const now = (id: FaxJobId): Promise<FaxJob | undefined> => world.faxing.faxOut.find(id);
  const sentDocuments = () => world.media.callers.flatMap(({ faxes }) => faxes);

  async function rows(): Promise<Record<string, unknown>[]> {
    await world.deps.account.flush();
    return (await world.test.store.cdrs.list({ limit: 1000 }))
      .filter(({ lastapp, dst }) => lastapp === 'fax' && dst === machineNumber)
      .map((row) => ({ ...row }));
  }

  return {
    ask,
    taken,
    work,
    tagOf,
    withMedia,
    runOnce,
    now,
    sentDocuments,
    rows,
    get world() {
      return world;
    },
    get from() {
      return from;
    },
    get tiff() {
      return tiff;
    },
    get dialled() {
      return dialled;
    },
    get answers() {
      return answers;
    },
    set answers(value: DialAnswer) {
      answers = value;
    },
  };
}
