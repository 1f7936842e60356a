import type { Command } from 'commander';
import { assertRightClock } from '../../services/right-clock.ts';
import { notedSweep } from '../../services/note-sweeps.ts';
import { createSweep, type Sweep } from '../../services/sweep.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import { openTransform } from '../../transform/open.ts';
import type { Actions, OfficeRun } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { openArchived } from '../office/archived.ts';
import { changing } from '../office/messages.ts';
import type { Office } from '../office/office.ts';
import { confirm } from '../output/ask.ts';

const examples = `
Examples:
  answerback sweep preview
  answerback sweep run +12025550147 --yes

Running controllers do this by themselves, each minute; any number share the work.`;

export function sweepCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('sweep')
    .description('automatic management: purge what has expired, archive, keep in less space')
    .addHelpText('after', examples);
  group
    .command('preview')
    .description('what would be done now; of one mailbox all its messages are judged')
    .argument('[number]')
    .action(withOffice(previewSweep));
  group
    .command('run')
    .description('do now what is due')
    .argument('[number]', 'of this mailbox alone')
    .option('--yes', 'do not ask')
    .action(withOffice(runSweep));
}

interface Sweeping extends AsyncDisposable {
  readonly sweep: Sweep;
  flush(): Promise<void>;
}

async function sweeping(office: Office): Promise<Sweeping> {
  const { store, config, classes, profiles, log } = office;
  const transform = openTransform(config.tools, { log });
  const deps = changing(office);
  const archived = await openArchived(office);
  const sweep = createSweep({
    ...deps,
    store,
    profiles,
    clock,
    random,
    log,
    shrinker: transform,
    archiving: archived.archiving,
    archive: archived.archive === undefined ? undefined : archived.archiving,
    assertClock: () => assertRightClock({ store, clock }),
    classNames: () => Object.keys(classes.current()),
    // Whoever counts in turn finds them.
    onCounted: () => undefined,
  });
  return {
    sweep: notedSweep(sweep, { store, clock, log }),
    flush: () => deps.flush(),
    async [Symbol.asyncDispose]() {
      await transform[Symbol.asyncDispose]();
      await archived[Symbol.asyncDispose]();
    },
  };
}

async function previewSweep({ office, out }: OfficeRun, _choice: object, number?: string): Promise<void> {
  const mailbox = number === undefined ? undefined : await office.mailbox(number);
  await using opened = await sweeping(office);
  const { purge, archive, compress, held } = await opened.sweep.preview(mailbox?.id);
  if (out.json) await out.document({ number: mailbox?.number ?? null, purge, archive, compress, held });
  await out.line(
    `to be purged ${purge}, archived ${archive}, compressed ${compress}; kept by a hold ${held}`,
  );
}

async function runSweep(
  { office, out, terminal }: OfficeRun,
  { yes }: { readonly yes?: boolean },
  number?: string,
): Promise<Ending> {
  const mailbox = number === undefined ? undefined : await office.mailbox(number);
  await using opened = await sweeping(office);
  const { purge } = await opened.sweep.preview(mailbox?.id);
  await confirm(terminal, `${purge} messages that have expired would be gone for good`, purge === 0 || yes);
  const { signal } = terminal;
  const report = await (mailbox === undefined
    ? opened.sweep.sweepDue(signal)
    : opened.sweep.sweepMailbox(mailbox.id, signal));
  if (report === undefined) throw new Failure('notFound', `${number} has just gone`);
  await opened.flush();
  const { purged, archived, compressed, held, failed } = report;
  await office.note('swept', mailbox, `${purged} purged, ${archived} archived, ${compressed} compressed`);
  if (out.json)
    await out.document({ number: mailbox?.number ?? null, purged, archived, compressed, held, failed });
  await out.line(
    `purged ${purged}, archived ${archived}, compressed ${compressed}; kept by a hold ${held}, failed ${failed}`,
  );
  if (signal.aborted) return 'interrupted';
  return failed > 0 ? 'failed' : 'done';
}
