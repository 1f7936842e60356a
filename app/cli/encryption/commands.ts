import type { Command } from 'commander';
import type { KeyAdministration } from '../../sealing/open.ts';
import type { Actions, OfficeRun } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { confirm } from '../output/ask.ts';
import { openProgress } from '../output/progress.ts';

const examples = `
Examples:
  answerback encryption status
  answerback encryption rotate
  answerback encryption seal

docs/encryption.md says how a master key is replaced.`;

export function encryptionCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('encryption')
    .description('encryption at rest: the master key, and what is not sealed yet')
    .addHelpText('after', examples);
  group
    .command('status')
    .description('which master keys are in use, and whether they are here')
    .action(withOffice(showKeys));
  group
    .command('rotate')
    .description('wrap the keys of all mailboxes with the current master key; messages are not touched')
    .action(withOffice(rotateKeys));
  group
    .command('seal')
    .description('seal the messages and greetings that were put before encryption was turned on')
    .action(withOffice(sealRest));
  group
    .command('forget')
    .description('erase the keys of mailboxes that a lost master key wraps: what they seal is gone for good')
    .argument('<master>', 'its name, as `encryption status` shows it')
    .option('--yes', 'do not ask')
    .action(withOffice(forgetMaster));
}

function administration({ office }: OfficeRun): KeyAdministration {
  const { keys } = office.sealing;
  if (keys === undefined)
    throw new Failure(
      'refused',
      'no encryption is configured; see the section `encryption` in docs/encryption.md',
    );
  return keys;
}

async function showKeys(run: OfficeRun): Promise<Ending> {
  const { out } = run;
  const states = await administration(run).states();
  if (out.json) await out.document({ masters: states });
  for (const { master, keys, current, lost } of states)
    await out.line(
      `${master}: ${keys} mailboxes${current ? ', current' : ''}${lost ? `; LOST: ${lost}` : ''}`,
    );
  if (states.length === 0) await out.line('no mailbox has a key yet');
  return states.some(({ lost }) => lost !== undefined) ? 'failed' : 'done';
}

async function rotateKeys(run: OfficeRun): Promise<Ending> {
  const { office, out, terminal } = run;
  const keys = administration(run);
  const before = await keys.states();
  const total = before.reduce((sum, one) => sum + (one.current ? 0 : one.keys), 0);
  const progress = openProgress(terminal.stderr, total);
  const { signal } = terminal;
  const rotated = await keys
    .rotate({ signal, onProgress: (done) => progress.step(done, `${done} keys`) })
    .finally(() => progress.end());
  await office.note('keys-rotated', undefined, `${rotated} keys`);
  if (out.json) await out.document({ rotated });
  await out.line(`${rotated} keys are wrapped by the current master key`);
  return signal.aborted ? 'interrupted' : 'done';
}

async function sealRest(run: OfficeRun): Promise<Ending> {
  const { office, out, terminal } = run;
  const keys = administration(run);
  const progress = openProgress(terminal.stderr, undefined);
  const { signal } = terminal;
  const sealed = await keys
    .sealAll(office.bareStore, {
      signal,
      onProgress: ({ messages }) => progress.step(messages, `${messages} messages`),
      onFailed: (error) => progress.say(`not sealed: ${(error as Error).message}`),
    })
    .finally(() => progress.end());
  const { messages, media, archived, failed } = sealed;
  await office.note('sealed', undefined, `${messages} messages`);
  if (out.json) await out.document({ messages, greetings: media, archived, failed });
  await out.line(
    `${messages} messages and ${media} greetings are sealed; ${archived} lie in the archive as they were put there, ${failed} failed`,
  );
  if (signal.aborted) return 'interrupted';
  return failed > 0 ? 'failed' : 'done';
}

async function forgetMaster(run: OfficeRun, { yes }: { readonly yes?: boolean }, master = ''): Promise<void> {
  const { office, out, terminal } = run;
  const keys = administration(run);
  const state = (await keys.states()).find((one) => one.master === master);
  if (state === undefined) throw new Failure('notFound', `no mailbox has a key of the master key ${master}`);
  if (state.lost === undefined)
    throw new Failure('refused', `the master key ${master} is here; \`encryption rotate\` replaces it`);
  await confirm(terminal, `what ${state.keys} mailboxes have could never be read again`, yes);
  const erased = await keys.forget(master);
  await office.note('keys-forgotten', undefined, master);
  if (out.json) await out.document({ master, erased });
  await out.line(`${erased} keys are erased`);
}
