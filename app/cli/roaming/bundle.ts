/** What nodes without a line have for each other, in files. */
import { isFault } from '../../core/errors.ts';
import { makeBundle, takeBundle, type Bundle } from '../../services/bundle.ts';
import { openBundle, writeBundle, type OpenedBundle } from '../../sync/open-bundle.ts';
import type { OfficeRun } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { openArchived } from '../office/archived.ts';
import type { Office } from '../office/office.ts';
import { roamingOffice } from '../office/roaming.ts';

export interface BundleChoice {
  readonly to: string;
  readonly node?: string;
  readonly all?: boolean;
}

export async function makeBundleFile(
  { office, out }: OfficeRun,
  { to: file, node, all = false }: BundleChoice,
  typed: string,
): Promise<void> {
  const { key } = syncOf(office);
  const number = office.plan.parse(typed);
  if (number === undefined) throw new Failure('usage', `${typed} is no number`);
  await using archived = await openArchived(office);
  const deps = { ...roamingOffice(office).deps, archiving: archived.archiving };
  const { head, replicas } = await told(() => makeBundle(deps, number, node, all));
  const sum = { messages: 0, whole: 0 };
  const bytes = await writeBundle(file, key, head, counted(replicas(), sum));
  await office.note('roaming-bundled', await office.store.mailboxes.find(head.number), head.to);
  if (out.json) await out.document({ file, ...head, ...sum, bytes });
  const { messages, whole } = sum;
  await out.line(
    head.cleared
      ? `for ${head.to}: nothing of ${head.number} is here any more`
      : `for ${head.to}: ${messages} messages of ${head.number}, ${whole} of them whole, ${bytes} bytes`,
  );
}

async function* counted(
  replicas: ReturnType<Bundle['replicas']>,
  sum: { messages: number; whole: number },
): ReturnType<Bundle['replicas']> {
  for await (const replica of replicas) {
    if (replica.kind === 'message') sum.messages += 1;
    if (replica.kind === 'message' && replica.content !== undefined) sum.whole += 1;
    yield replica;
  }
}

export async function takeBundleFile({ office, out }: OfficeRun, file: string): Promise<Ending> {
  const { nodes } = syncOf(office);
  const certificates = new Map(nodes.map(({ name, certificate }) => [name, certificate]));
  await using bundle: OpenedBundle = await told(() => openBundle(file, certificates));
  await using archived = await openArchived(office);
  const { deps, roaming } = roamingOffice(office);
  const { head } = bundle;
  const all = { ...deps, archiving: archived.archiving };
  const result = await told(() => takeBundle(all, roaming, head, bundle.replicas()));
  const mailbox = await office.store.mailboxes.find(head.number);
  if (mailbox !== undefined) await office.store.mailboxes.recount(mailbox.id);
  await office.note('roaming-taken', mailbox, head.from);
  if (out.json) await out.document({ file, ...head, ...result });
  if (result.kind === 'late') {
    await out.line(`from ${head.from}: a newer one was taken before, or it is older than a week`);
    return 'refused';
  }
  const { taken, unknown, purged, stay, refused, leaving, cleared } = result;
  await out.line(`from ${head.from}: ${taken} taken`);
  if (unknown > 0) await out.line(`${unknown} messages are not here: make one with --all at ${head.from}`);
  if (purged > 0)
    await out.line(`${purged} were removed for good here: they go there with the next bundle from here`);
  if (stay > 0)
    await out.line(
      `${stay} that were removed for good at ${head.from} stay here: they are held, or the archive is away; take it again then`,
    );
  for (const why of refused) await out.line(`refused: ${why}`);
  if (leaving)
    await out.line(
      cleared
        ? `nothing of ${head.number} is here any more: the next bundle tells ${head.from}`
        : `${head.number} has left: make a bundle for ${head.from}, and take its next`,
    );
  return refused.length > 0 ? 'invalid' : 'done';
}

function syncOf({ config: { sync } }: Office) {
  if (sync === undefined) throw new Failure('usage', 'no other nodes are configured: section `sync`');
  return sync;
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFault(error, 'not-found')) throw new Failure('notFound', error.message);
    if (isFault(error, 'invalid')) throw new Failure('invalid', error.message);
    throw error;
  }
}
