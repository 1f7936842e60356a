import type { Command } from 'commander';
import { passwordLength, type PasswordProblem } from '../../core/access/operator.ts';
import { operatorRoles, type OperatorRole } from '../../core/access/principal.ts';
import type { OperatorEnded, OperatorFacts, Operators } from '../../services/operators.ts';
import type { Actions, OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { operatorOffice } from '../office/access.ts';
import { oneOf } from '../options.ts';
import { confirm } from '../output/ask.ts';
import { wantsColour } from '../output/output.ts';
import { newPassword } from '../output/password.ts';
import { qrCode } from '../output/qr-code.ts';

const examples = `
Examples:
  answerback operator add alice --role admin
  answerback operator reset alice --totp
  head -c 24 /dev/urandom | base64 | tee alice.txt | answerback operator reset alice --password`;

/** Read from the store at once. */
const page = 100;

export function operatorCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('operator')
    .description('who may use the operator’s page: name, password, one-time passwords, role')
    .addHelpText('after', examples);
  group.command('list').description('all of them, by name').action(withOffice(listOperators));
  group
    .command('add')
    .description('make one; asks for the password, and shows the address for an authenticator app once')
    .argument('<name>', 'lower-case letters, digits, `.`, `_` and `-`')
    .option('--role <role>', operatorRoles.join(', '), oneOf(operatorRoles), 'admin')
    .action(withOffice(addOperator));
  group
    .command('reset')
    .description('a new password or authenticator, or another role; ends waits and sessions')
    .argument('<name>')
    .option('--password', 'ask for a new password')
    .option('--totp', 'make a new secret for the authenticator app')
    .option('--role <role>', operatorRoles.join(', '), oneOf(operatorRoles))
    .action(withOffice(resetOperator));
  group
    .command('remove')
    .description('take one away, with their sessions')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .action(withOffice(removeOperator));
}

async function listOperators({ office, out }: OfficeRun): Promise<void> {
  const count = await out.list(
    all(operatorOffice(office)),
    [{ title: 'name' }, { title: 'role' }, { title: `made (${out.zone()})` }, { title: 'last signed in' }],
    ({ name, role, created, lastSignIn }) => [name, role, out.time(created), out.time(lastSignIn)],
    (operator) => operator,
  );
  if (count === 0) await out.line('there are none; `answerback operator add NAME` makes the first');
}

async function* all(operators: Operators): AsyncGenerator<OperatorFacts> {
  for (let after: string | undefined; ;) {
    const found = await operators.list(after, page);
    yield* found;
    after = found.at(-1)?.name;
    if (found.length < page) return;
  }
}

async function addOperator(
  { office, out, terminal }: OfficeRun,
  { role }: { readonly role: OperatorRole },
  name = '',
): Promise<void> {
  const operators = operatorOffice(office);
  if ((await operators.get(name)) !== undefined)
    throw new Failure('refused', `there is an operator ${name} already`);
  const password = await newPassword(terminal, name);
  const made = await operators.add(name, role, password, terminal.user);
  await office.auditor.flush();
  switch (made.kind) {
    case 'name':
      throw new Failure(
        'usage',
        `name: found ${name}, allowed: at most 32 of a-z, 0-9, ., _ and -, beginning with a letter`,
      );
    case 'taken':
      throw new Failure('refused', `there is an operator ${name} already`);
    case 'password':
      throw new Failure('usage', wordsFor(made.why));
    case 'made':
      if (out.json) await out.document({ name, role, totp: made.url });
      await out.line(`${name} may sign in as ${role}`);
      await showAuthenticator({ out, terminal }, made.url);
  }
}

async function resetOperator(
  { office, out, terminal }: OfficeRun,
  choice: { readonly password?: boolean; readonly totp?: boolean; readonly role?: OperatorRole },
  name = '',
): Promise<void> {
  const { totp = false, role } = choice;
  if (choice.password !== true && !totp && role === undefined)
    throw new Failure('usage', 'say what: --password, --totp, --role');
  const operators = operatorOffice(office);
  if ((await operators.get(name)) === undefined)
    throw new Failure('notFound', `there is no operator ${name}`);
  const password = choice.password === true ? await newPassword(terminal, name) : undefined;
  if (role !== undefined) refuseLast(await operators.setRole(name, role, terminal.user), name);
  const what = { ...(password === undefined ? {} : { password }), totp };
  const reset = await operators.reset(name, what, terminal.user);
  await office.auditor.flush();
  if (reset.kind === 'unknown') throw new Failure('notFound', `${name} has just gone`);
  if (reset.kind === 'password') throw new Failure('usage', wordsFor(reset.why));
  if (out.json) await out.document({ name, ...(reset.url === undefined ? {} : { totp: reset.url }) });
  await out.line(`${name} is changed, and signed out everywhere`);
  if (reset.url !== undefined) await showAuthenticator({ out, terminal }, reset.url);
}

async function removeOperator(
  { office, out, terminal }: OfficeRun,
  { yes }: { readonly yes?: boolean },
  name = '',
): Promise<void> {
  const operators = operatorOffice(office);
  if ((await operators.get(name)) === undefined)
    throw new Failure('notFound', `there is no operator ${name}`);
  await confirm(terminal, `${name} could not sign in any more`, yes);
  refuseLast(await operators.remove(name, terminal.user), name);
  await office.auditor.flush();
  if (out.json) await out.document({ name, removed: true });
  await out.line(`${name} is removed, and signed out everywhere`);
}

function refuseLast(result: OperatorEnded, name: string): void {
  if (result === 'last-admin')
    throw new Failure('refused', `${name} is the last administrator; make another one first`);
}

async function showAuthenticator(
  { out, terminal }: Pick<OfficeRun, 'out' | 'terminal'>,
  url: string,
): Promise<void> {
  await out.line('for an authenticator app, shown this once:');
  await out.line(url);
  if (!wantsColour(terminal.stdout, terminal.env)) return;
  for (const line of qrCode(url)) await out.line(line);
}

function wordsFor(why: PasswordProblem): string {
  const { least, most } = passwordLength;
  const words: Readonly<Record<PasswordProblem, string>> = {
    'too-short': `the password has fewer than ${least} characters`,
    'too-long': `the password has more than ${most} characters`,
    'has-name': 'the password has the name in it',
    repeats: 'the password is made of a few characters that repeat',
  };
  return words[why];
}
