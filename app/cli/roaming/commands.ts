import type { Command } from 'commander';
import { homeOf } from '../../core/replication/home-of.ts';
import type { Actions, OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';

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
    .action(withOffice((run, _choice: unknown, number = '', node = '') => report(run, number, node)));
  group
    .command('return')
    .description('a subscriber is home again: what lies at the other node is fetched and removed there')
    .argument('<number>', 'of the subscriber')
    .action(withOffice((run, _choice: unknown, number = '') => goHome(run, number)));
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

async function report({ office, out }: OfficeRun, number: string, node: string): Promise<void> {
  const nodes = office.config.sync?.nodes ?? [];
  if (!nodes.some(({ name }) => name === node)) throw new Failure('notFound', `no node has the name ${node}`);
  const mailbox = await office.mailbox(number);
  if (homeOf(mailbox.number, nodes) !== undefined)
    throw new Failure('usage', `another node is the home of ${mailbox.number}`);
  const { replication } = office.store;
  const before = await replication.visit(mailbox.number);
  if (before !== undefined && before.node !== node)
    throw new Failure('usage', `${mailbox.number} is at ${before.node}: \`roaming return\` goes first`);
  if (before === undefined || before.ending !== undefined)
    await replication.putVisit({ number: mailbox.number, node, since: new Date() });
  await office.note('roaming-reported', mailbox, node);
  if (out.json) await out.document({ number: mailbox.number, node });
  await out.line(`${mailbox.number} is at ${node}`);
}

async function goHome({ office, out }: OfficeRun, number: string): Promise<void> {
  const mailbox = await office.mailbox(number);
  const { replication } = office.store;
  const visit = await replication.visit(mailbox.number);
  if (visit === undefined) throw new Failure('notFound', `${mailbox.number} is at no other node`);
  if (visit.ending === undefined) await replication.putVisit({ ...visit, ending: new Date() });
  await office.note('roaming-returned', mailbox, visit.node);
  if (out.json) await out.document({ number: mailbox.number, node: visit.node });
  await out.line(`${mailbox.number} is coming home from ${visit.node}`);
}
