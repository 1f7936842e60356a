import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One forbidden import or global a room: each must be found by the linter, or the fence is only painted. */
const planted: readonly { readonly file: string; readonly code: string; readonly why: string }[] = [
  { file: 'app/core/planted.ts', code: `import '../ports/log.ts';`, why: 'core must not know ports' },
  {
    file: 'app/core/message/planted.ts',
    code: `import '../../ports/log.ts';`,
    why: 'core must not know ports',
  },
  { file: 'app/core/message/planted.ts', code: `import 'node:fs';`, why: 'core does no input or output' },
  {
    file: 'app/core/message/planted.ts',
    code: `import 'zod';`,
    why: 'core uses no packages but those allowed by name',
  },
  {
    file: 'app/core/address/planted.ts',
    code: `import 'fast-xml-parser';`,
    why: 'only the envelope writes XML',
  },
  { file: 'app/core/message/planted.ts', code: `export const at = Date.now();`, why: 'core has no clock' },
  { file: 'app/core/message/planted.ts', code: `export const x = Math.random();`, why: 'core has no chance' },
  { file: 'app/core/message/planted.ts', code: `setTimeout(() => 0, 1);`, why: 'core does not wait' },
  { file: 'app/ports/planted.ts', code: `import '../services/account.ts';`, why: 'ports know core only' },
  {
    file: 'app/services/planted.ts',
    code: `import '../flows/answer.ts';`,
    why: 'services do not know flows',
  },
  { file: 'app/services/planted.ts', code: `import 'mongodb';`, why: 'only storage knows mongodb' },
  {
    file: 'app/services/planted.ts',
    code: `import type { Db } from 'mongodb'; export type X = Db;`,
    why: 'not even as a type',
  },
  { file: 'app/services/planted.ts', code: `import 'csv-parse/sync';`, why: 'only tables know CSV' },
  {
    file: 'app/certificates/planted.ts',
    code: `import '../gateways/web/open.ts';`,
    why: 'certificates do not know who uses them',
  },
  {
    file: 'app/sealing/planted.ts',
    code: `import '../storage/open.ts';`,
    why: 'what seals does not know where it lies',
  },
  {
    file: 'app/sealing/master/planted.ts',
    code: `import '../../services/account.ts';`,
    why: 'sealing calls no service',
  },
  {
    file: 'app/tables/planted.ts',
    code: `import '../storage/open.ts';`,
    why: 'adapters do not know each other',
  },
  {
    file: 'app/tables/planted.ts',
    code: `import '../services/account.ts';`,
    why: 'tables call no service',
  },
  { file: 'app/flows/planted.ts', code: `import '../media/ari/open.ts';`, why: 'flows know no adapter' },
  {
    file: 'app/flows/mailbox/planted.ts',
    code: `import '../../media/ari/open.ts';`,
    why: 'flows know no adapter',
  },
  {
    file: 'app/media/ari/planted.ts',
    code: `import '../scripted/open.ts';`,
    why: 'adapters do not know each other',
  },
  {
    file: 'app/media/ari/planted.ts',
    code: `import '../../services/account.ts';`,
    why: 'adapters do not call services',
  },
  { file: 'app/media/ari/planted.ts', code: `import 'ws';`, why: 'only the wire knows its client library' },
  {
    file: 'app/media/ari/wire/planted.ts',
    code: `import '../../../services/account.ts';`,
    why: 'a wire calls no service',
  },
  {
    file: 'app/storage/planted.ts',
    code: `import '../services/account.ts';`,
    why: 'storage calls no service',
  },
  { file: 'app/storage/spool/planted.ts', code: `import 'mongodb';`, why: 'the spool is files' },
  {
    file: 'app/speech/planted.ts',
    code: `import '../media/ari/open.ts';`,
    why: 'adapters do not know each other',
  },
  {
    file: 'app/speech/local/planted.ts',
    code: `import '../../transform/open.ts';`,
    why: 'adapters do not know each other',
  },
  {
    file: 'app/speech/local/planted.ts',
    code: `import '../google/open.ts';`,
    why: 'an engine of speech does not know another',
  },
  {
    file: 'app/speech/local/planted.ts',
    code: `import type { v1 } from '@google-cloud/speech'; export type X = typeof v1;`,
    why: "only Google's engine knows Google",
  },
  {
    file: 'app/speech/google/planted.ts',
    code: `import '../local/open.ts';`,
    why: 'an engine of speech does not know another',
  },
  {
    file: 'app/speech/google/planted.ts',
    code: `import '@grpc/grpc-js';`,
    why: "Google's client libraries bring their own gRPC",
  },
  {
    file: 'app/transform/planted.ts',
    code: `import '../media/ari/open.ts';`,
    why: 'adapters do not know each other',
  },
  {
    file: 'app/programs/planted.ts',
    code: `import '../transform/open.ts';`,
    why: 'programs know nobody who runs them',
  },
  {
    file: 'app/programs/planted.ts',
    code: `export const all = process.env;`,
    why: 'secrets are for the config',
  },
  {
    file: 'app/speech/google/planted.ts',
    code: `import '../../programs/environment.ts';`,
    why: 'only transform and the local engine of speech run programs',
  },
  {
    file: 'app/tables/planted.ts',
    code: `import '../programs/environment.ts';`,
    why: 'only transform and speech run programs',
  },
  {
    file: 'app/archive/directory/planted.ts',
    code: `import '@aws-sdk/client-s3';`,
    why: 'only the archive in S3 knows S3',
  },
  {
    file: 'app/archive/directory/planted.ts',
    code: `import '../s3/open.ts';`,
    why: 'archives do not know each other',
  },
  {
    file: 'app/archive/s3/planted.ts',
    code: `import '../../storage/open.ts';`,
    why: 'adapters do not know each other',
  },
  { file: 'app/services/planted.ts', code: `import '@aws-sdk/client-s3';`, why: 'services know no archive' },
  { file: 'app/speech/planted.ts', code: `import 'pdfkit';`, why: 'only transform lays out documents' },
  { file: 'app/services/planted.ts', code: `import 'prom-client';`, why: 'only telemetry keeps metrics' },
  { file: 'app/telemetry/planted.ts', code: `import 'mongodb';`, why: 'only storage knows mongodb' },
  { file: 'app/jobs/planted.ts', code: `import 'mongodb';`, why: 'only storage knows mongodb' },
  { file: 'app/secrets/planted.ts', code: `import 'mongodb';`, why: 'only storage knows mongodb' },
  {
    file: 'app/services/planted.ts',
    code: `import '@node-rs/argon2';`,
    why: 'only secrets knows how PINs are hashed',
  },
  {
    file: 'app/gateways/sms/planted.ts',
    code: `import '../../storage/open.ts';`,
    why: 'gateways do not know the store',
  },
  {
    file: 'app/gateways/smpp/planted.ts',
    code: `import 'twilio';`,
    why: 'a gateway knows its own network alone',
  },
  {
    file: 'app/gateways/fetch/planted.ts',
    code: `import '../../services/account.ts';`,
    why: 'the fetcher calls no service',
  },
  {
    file: 'app/gateways/web/planted.ts',
    code: `import 'ipaddr.js';`,
    why: 'only the fetcher judges addresses',
  },
  {
    file: 'app/gateways/email/planted.ts',
    code: `import 'fastify';`,
    why: 'the e-mail gateway knows its own libraries alone',
  },
  {
    file: 'app/gateways/web/api/planted.ts',
    code: `import 'openid-client';`,
    why: 'only the sign-in knows providers',
  },
  { file: 'app/services/planted.ts', code: `import 'otpauth';`, why: 'only secrets make one-time passwords' },
  {
    file: 'app/gateways/web/planted.ts',
    code: `import 'nodemailer';`,
    why: 'only the e-mail gateway knows e-mail',
  },
  {
    file: 'app/gateways/sip-edge/planted.ts',
    code: `import '../../services/account.ts';`,
    why: 'the SIP edge calls no service',
  },
  {
    file: 'app/gateways/sip/planted.ts',
    code: `import 'drachtio-srf';`,
    why: 'only the SIP edge knows drachtio',
  },
  { file: 'app/gateways/sms/planted.ts', code: `import 'smpp';`, why: 'only the smpp gateway knows smpp' },
  {
    file: 'app/gateways/web/api/planted.ts',
    code: `import '../../../storage/open.ts';`,
    why: 'routes ask services, never the store',
  },
  {
    file: 'app/gateways/web/api/routes/planted.ts',
    code: `import '../../../../storage/open.ts';`,
    why: 'routes ask services, never the store',
  },
  {
    file: 'app/gateways/web/api/routes/planted.ts',
    code: `import '../../../email/open.ts';`,
    why: 'gateways do not know each other',
  },
  {
    file: 'app/gateways/web/api/schema/planted.ts',
    code: `import '../../../../core/ids.ts';`,
    why: 'schemas are read by browsers too',
  },
  {
    file: 'app/gateways/web/planted.ts',
    code: `import '../../media/ari/open.ts';`,
    why: 'gateways do not know the switch',
  },
  {
    file: 'app/flows/planted.ts',
    code: `export const home = process.env['HOME'];`,
    why: 'only config reads the environment',
  },
  { file: 'app/cli/planted.ts', code: `import '../main.ts';`, why: 'the controller is another program' },
  {
    file: 'app/cli/message/planted.ts',
    code: `import '../../storage/messages.ts';`,
    why: 'the command goes through the doors of other rooms',
  },
  {
    file: 'app/cli/doctor/checks/planted.ts',
    code: `import 'mongodb';`,
    why: 'the command asks the store by its port',
  },
  {
    file: 'app/cli/doctor/checks/planted.ts',
    code: `import '../../../gateways/smpp/open.ts';`,
    why: 'the command sends nothing',
  },
  {
    file: 'app/cli/mailbox/planted.ts',
    code: `export const home = process.env['HOME'];`,
    why: "the command's process alone reads the environment",
  },
  {
    file: 'web/parts/planted.tsx',
    code: `import '../../app/core/ids.ts';`,
    why: 'the page talks to the API alone',
  },
  {
    file: 'web/parts/planted.tsx',
    code: `import { z } from 'zod'; export const x = z;`,
    why: 'the page takes the types of the API, not its schemas',
  },
  {
    file: 'web/parts/planted.tsx',
    code: `import '../../app/gateways/web/api/schema/message.ts';`,
    why: 'the page takes the types of the API, not its schemas',
  },
  {
    file: 'app/services/planted.ts',
    code: `import '../cli/main.ts';`,
    why: 'nobody imports the command',
  },
];

describe('The fences between rooms', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-fences-'));
    await cp('.oxlintrc.json', join(folder, '.oxlintrc.json'));
    for (const { file } of planted) await mkdir(join(folder, dirname(file)), { recursive: true });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const { file, code, why } of planted) {
    it(`${why}: ${code} in ${dirname(file)}`, async () => {
      await writeFile(join(folder, file), `${code}\n`);
      const found = await lint(folder, file);
      await rm(join(folder, file));
      assert.match(found, /no-restricted-|no-process-env/, 'the linter let it pass');
    });
  }

  it('lets a room import what it may', async () => {
    const file = 'app/flows/planted.ts';
    await writeFile(
      join(folder, file),
      `import '../services/account.ts';\nimport '../ports/log.ts';\nimport '../core/ids.ts';\n`,
    );
    const found = await lint(folder, file);
    await rm(join(folder, file));
    assert.doesNotMatch(found, /no-restricted-/);
  });

  it('reads the same configuration as the project', async () => {
    assert.equal(
      await readFile(join(folder, '.oxlintrc.json'), 'utf8'),
      await readFile('.oxlintrc.json', 'utf8'),
    );
  });
});

/** The linter's output, whether or not it found something. */
async function lint(folder: string, file: string): Promise<string> {
  const binary = resolve('node_modules/.bin/oxlint');
  try {
    const { stdout } = await run(binary, [file], { cwd: folder });
    return stdout;
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
