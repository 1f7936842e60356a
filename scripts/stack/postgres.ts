/** PostgreSQL with the DocumentDB extension, out of the Debian root: what FerretDB keeps its documents in. */
import { existsSync } from 'node:fs';
import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, inRoot, rootFolder, type CommandLine } from './machine.ts';
import { freePort, isFree } from './ports.ts';
import { startProgram, type Program } from './program.ts';
import { run } from './run.ts';

const binaries = '/usr/lib/postgresql/18/bin';

/** Part of the folder's name: counts up when the empty cluster is to be made another way. */
const recipe = 2;

const settings = `
# The extended index reads in order, which the plain one does not: a page of a mailbox costs the same at any size.
# Loopback only. No socket file: its path could be too long. Durability stays as PostgreSQL has it (fsync, synchronous_commit on).
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb_extended_rum,pg_documentdb'
documentdb.alternate_index_handler_name = 'extended_rum'
cron.database_name = 'postgres'
cron.log_run = off
cron.log_statement = off
max_connections = 200
`;

/**
 * Given at each start, so that they hold for a cluster made earlier too. Recorded speech hardly becomes smaller: the usual
 * compression takes five times as long over it as lz4. Nobody replicates this server, so its log need not serve that.
 */
const tuning = ['default_toast_compression=lz4', 'jit=off', 'wal_level=minimal', 'max_wal_senders=0'];

/** Starts the server on a data folder; it serves when this settles. */
export async function startPostgres(options: { folder: string; port: number }): Promise<Program> {
  const { folder, port } = options;
  const logFile = join(folder, 'postgres.log');
  const pidFile = join(folder, 'postgres.pid');
  const data = join(folder, 'data');
  return startProgram({
    name: 'PostgreSQL',
    command: asPostgres(
      folder,
      'postgres',
      ['-D', data, '-p', String(port), ...tuning.flatMap((setting) => ['-c', setting])],
      pidFile,
    ),
    logFile,
    pidFile,
    // The eighth line of postmaster.pid says `ready` as soon as it serves; an old file names another process.
    ready: async () => {
      const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
      const ours = (await readFile(pidFile, 'utf8').catch(() => '')).trim();
      return ours !== '' && lines[0] === ours && lines[7]?.trim() === 'ready' && !(await isFree('tcp', port));
    },
  });
}

/** Makes `folder`/data a copy of the empty cluster. */
export async function copyEmptyCluster(folder: string, log: (line: string) => void): Promise<void> {
  const source = await emptyCluster(log);
  const partial = join(folder, 'data.partial');
  await rm(partial, { recursive: true, force: true });
  await run({ program: 'cp', args: ['-a', '--reflink=auto', source, partial] });
  await rename(partial, join(folder, 'data'));
}

/** Folder of the empty cluster with the extension in it; made when it is not there, once a machine. */
export async function emptyCluster(log: (line: string) => void): Promise<string> {
  const done = join(cacheFolder(), `empty-cluster-${recipe}`);
  if (existsSync(done)) return done;
  log('making the empty database');
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(`${done}.`);
  try {
    await chmod(work, 0o755);
    await initialise(work);
    await rename(join(work, 'data'), done).catch((error: NodeJS.ErrnoException) => {
      // Another process was quicker.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return done;
}

async function initialise(folder: string): Promise<void> {
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  if (process.getuid?.() === 0) await chown(data, ...(await postgresIds()));
  await run(
    asPostgres(folder, 'initdb', [
      '--auth=trust',
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '-D',
      data,
    ]),
  );
  await appendFile(join(data, 'postgresql.conf'), settings);
  const port = await freePort();
  await using server = await startPostgres({ folder, port });
  const sql =
    'CREATE EXTENSION documentdb CASCADE; CREATE EXTENSION documentdb_extended_rum; VACUUM ANALYZE; CHECKPOINT';
  await runSql({ folder, port }, sql.split('; '));
  await server.kill('SIGINT');
}

/** Runs statements on a server of this folder, each by itself; answers what they print, without heads. */
export async function runSql(
  { folder, port }: { readonly folder: string; readonly port: number },
  statements: readonly string[],
): Promise<string> {
  const commands = statements.flatMap((statement) => ['-c', statement]);
  const connection = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  return run(asPostgres(folder, 'psql', [...connection, '-q', '-A', '-t', ...commands]));
}

function asPostgres(folder: string, program: string, args: readonly string[], pidFile?: string): CommandLine {
  return inRoot(join(binaries, program), args, {
    bind: [folder],
    postgres: true,
    privateTmp: true,
    ...(pidFile === undefined ? {} : { pidFile }),
  });
}

/** User and group id of `postgres` in the root. */
async function postgresIds(): Promise<[number, number]> {
  const passwd = await readFile(join(rootFolder(), 'etc/passwd'), 'utf8');
  const fields =
    passwd
      .split('\n')
      .find((entry) => entry.startsWith('postgres:'))
      ?.split(':') ?? [];
  return [Number(fields[2]), Number(fields[3])];
}
