import type { Command } from 'commander';
import { isFault } from '../../core/errors.ts';
import type { E164 } from '../../core/ids.ts';
import type { Reported } from '../../services/roaming.ts';
import type { Actions, OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import type { Office } from '../office/office.ts';
import { roamingOffice } from '../office/roaming.ts';
import { makeBundleFile, takeBundleFile, type BundleChoice } from './bundle.ts';

const examples = `
Examples:
  answerback roaming list
  answerback roaming report +12025550123 east
  answerback roaming return +12025550123`;

export function roamingCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('roaming')
    .description('subscribers of this node who are at another; see docs/roaming.md')
    .addHelpText('after', examples);
  group.command('list').description('who is where').action(withOffice(list));
  group
    .command('report')
    .description('a subscriber is at another node: profile and messages are sent there')
    .argument('<number>', 'of the subscriber')
    .argument('<node>', 'as sync.nodes names it')
    .option('--at <time>', 'since when; what is older than what is known changes nothing')
    .action(withOffice((run, choice: Choice, number = '', node = '') => report(run, choice, number, node)));
  group
    .command('return')
    .description('a subscriber is home again: what lies at the other node is fetched and removed there')
    .argument('<number>', 'of the subscriber')
    .option('--at <time>', 'since when; what is older than what is known changes nothing')
    .action(withOffice((run, choice: Choice, number = '') => goHome(run, choice, number)));
  group
    .command('bundle')
    .description('what another node is to have of a subscriber, signed, as a file: for nodes without a line')
    .argument('<number>', 'of the subscriber, who is at the other node, or has their home there')
    .requiredOption('--to <file>', 'the file; keep it as you keep the store')
    .option('--node <node>', 'for this node; absent: where they are, or their home')
    .option('--all', 'the whole of every message, also of those that it is known to have')
    .action(withOffice((run, choice: BundleChoice, number = '') => makeBundleFile(run, choice, number)));
  group
    .command('take')
    .description('take in what `roaming bundle` made at another node; again does no harm')
    .argument('<file>')
    .action(withOffice((run, _choice: unknown, file = '') => takeBundleFile(run, file)));
}

async function list({ office, out }: OfficeRun): Promise<void> {
  const visits = await office.store.replication.visits(undefined);
  await out.list(
    visits,
    [{ title: 'number' }, { title: 'node' }, { title: `since (${out.zone()})` }, { title: 'state' }],
    (one) => [one.number, one.node, out.time(one.since), one.ending === undefined ? 'away' : 'returning'],
    (one) => ({ ...one }),
  );
  if (visits.length === 0) await out.line('nobody is at another node');
}

async function report(
  { office, out }: OfficeRun,
  choice: Choice,
  number: string,
  node: string,
): Promise<void> {
  const parsed = office.plan.parse(number);
  if (parsed === undefined) throw new Failure('usage', `${number} is no number`);
  const told = await reported(office, parsed, node, timeOf(choice));
  await office.note('roaming-reported', await office.store.mailboxes.find(told.number), node);
  const { visit, late } = told;
  const where =
    visit === undefined
      ? 'home'
      : visit.ending === undefined
        ? visit.node
        : `home, not all of it yet from ${visit.node}`;
  if (out.json) await out.document({ ...told, visit: undefined, where, node: visit?.node });
  await out.line(`${told.number} is at ${where}${late ? '; this was told later than something newer' : ''}`);
}

async function goHome(run: OfficeRun, choice: Choice, number: string): Promise<void> {
  const { office, out } = run;
  const { number: own } = await office.mailbox(number);
  const before = await office.store.replication.visit(own);
  if (before === undefined && choice.at === undefined)
    throw new Failure('notFound', `${own} is at no other node`);
  const { visit, late } = await reported(office, own, office.config.node, timeOf(choice));
  await office.note('roaming-returned', await office.store.mailboxes.find(own), before?.node);
  if (out.json) await out.document({ number: own, node: visit?.node, late });
  if (visit === undefined) await out.line(`${own} is home`);
  else if (visit.ending === undefined)
    await out.line(`${own} is at ${visit.node}; this was told later than something newer`);
  else await out.line(`${own} is coming home from ${visit.node}`);
}

interface Choice {
  readonly at?: string;
}

function timeOf({ at }: Choice): Date | undefined {
  if (at === undefined) return undefined;
  const time = new Date(at);
  if (Number.isNaN(time.getTime()))
    throw new Failure('usage', `--at: found ${at}, allowed: a time, as 2026-11-28T07:30:00Z`);
  return time;
}

async function reported(office: Office, number: E164, node: string, at: Date | undefined): Promise<Reported> {
  try {
    return await roamingOffice(office).roaming.report(number, node, at);
  } catch (error) {
    if (isFault(error, 'not-found')) throw new Failure('notFound', error.message);
    if (isFault(error, 'invalid')) throw new Failure('usage', error.message);
    throw error;
  }
}
