import type { Command } from 'commander';
import { scopes, type Scope } from '../../core/access/principal.ts';
import type { ApiKey } from '../../ports/api-keys.ts';
import type { ApiKeys } from '../../services/api-keys.ts';
import type { Actions, OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { keyOffice } from '../office/access.ts';
import { someOf, whole } from '../options.ts';

const examples = `
Examples:
  answerback key add billing-export --scopes cdrs:read --days 365
  answerback key add desk-lamp --scopes messages:read,mailboxes:read --mailbox +12025550147
  answerback key revoke 0f3a9c5d7e1b2468`;

/** Read from the store at once. */
const page = 100;
const dayMs = 86_400_000;

export function keyCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('key')
    .description('keys with which programs use the HTTP API')
    .addHelpText('after', examples);
  group.command('list').description('all of them, also those that are over').action(withOffice(listKeys));
  group
    .command('add')
    .description('make one; it is shown once')
    .argument('<name>', 'what it is for')
    .requiredOption(
      '--scopes <scopes>',
      `what it may, with commas between: ${scopes.join(', ')}`,
      someOf(scopes),
    )
    .option('--mailbox <number>', 'this mailbox alone')
    .option('--days <count>', 'it is over after so many days', whole(1, 36_500))
    .action(withOffice(addKey));
  group
    .command('revoke')
    .description('end one at once, for good')
    .argument('<id>', 'as `key list` shows it')
    .action(withOffice(revokeKey));
}

async function listKeys({ office, out }: OfficeRun): Promise<void> {
  const now = new Date();
  await out.list(
    all(keyOffice(office)),
    [
      { title: 'id' },
      { title: 'name', shrinks: true },
      { title: 'state' },
      { title: `last used (${out.zone()})` },
      { title: 'expires' },
      { title: 'mailbox' },
      { title: 'scopes' },
    ],
    (key) => [
      key.id,
      key.name,
      stateOf(key, now),
      out.time(key.lastUsed),
      out.time(key.expires),
      key.mailbox,
      key.scopes.join(','),
    ],
    ({ hash: _hash, ...facts }) => facts,
  );
}

function stateOf({ revoked, expires }: ApiKey, now: Date): string {
  if (revoked !== undefined) return 'revoked';
  return expires !== undefined && expires <= now ? 'over' : 'good';
}

async function* all(keys: ApiKeys): AsyncGenerator<ApiKey> {
  for (let after: string | undefined; ;) {
    const found = await keys.list(after, page);
    yield* found;
    after = found.at(-1)?.id;
    if (found.length < page) return;
  }
}

async function addKey(
  { office, out, terminal }: OfficeRun,
  choice: { readonly scopes: readonly Scope[]; readonly mailbox?: string; readonly days?: number },
  name = '',
): Promise<void> {
  const mailbox = choice.mailbox === undefined ? undefined : await office.mailbox(choice.mailbox);
  const expires = choice.days === undefined ? undefined : new Date(Date.now() + choice.days * dayMs);
  const fresh = {
    name: name.slice(0, 80),
    scopes: [...new Set(choice.scopes)],
    ...(mailbox === undefined ? {} : { mailbox: mailbox.id }),
    ...(expires === undefined ? {} : { expires }),
  };
  const { key, secret } = await keyOffice(office).add(fresh, terminal.user);
  await office.auditor.flush();
  if (out.json) await out.document({ id: key.id, key: secret });
  await out.line(`${key.id}  ${name}, shown this once:`);
  await out.line(secret);
}

async function revokeKey({ office, out, terminal }: OfficeRun, _choice: object, id = ''): Promise<void> {
  const key = await keyOffice(office).revoke(id, terminal.user);
  await office.auditor.flush();
  if (key === undefined) throw new Failure('notFound', `there is no key ${id}`);
  if (out.json) await out.document({ id, revoked: key.revoked });
  await out.line(`${id}  ${key.name} is revoked`);
}
