/** A real S3 server that checks signatures (versitygw), with its objects in a folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3ArchiveOptions } from '../../app/archive/s3/open.ts';
import { onMachine, requireSetUp, versitygwBinary } from '../../scripts/stack/machine.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startProgram, type Program } from '../../scripts/stack/program.ts';

export interface S3Server extends AsyncDisposable {
  /** For one who may use its bucket. */
  readonly options: S3ArchiveOptions;
  stop(): Promise<void>;
  /** On the same port, with the same objects. */
  start(): Promise<void>;
}

/** @param directory for objects and log */
export async function openS3Server(directory: string): Promise<S3Server> {
  requireSetUp(versitygwBinary());
  const objects = join(directory, 'objects');
  const port = await freePort();
  await mkdir(join(objects, 'voicemail'), { recursive: true });
  const args = ['--access', 'tester', '--secret', 'a secret of tests', '--region', 'eu-test-1'];
  args.push('--port', `127.0.0.1:${port}`, 'posix', '--sidecar', join(directory, 'facts'), objects);
  await mkdir(join(directory, 'facts'));
  const endpoint = `http://127.0.0.1:${port}`;
  const begin = (): Promise<Program> =>
    startProgram({
      name: 'versitygw',
      command: onMachine(versitygwBinary(), args),
      logFile: join(directory, 'versitygw.log'),
      ready: () =>
        fetch(endpoint).then(
          () => true,
          () => false,
        ),
    });
  let program = await begin();
  return {
    options: {
      bucket: 'voicemail',
      region: 'eu-test-1',
      prefix: 'node-1/',
      endpoint,
      pathStyle: true,
      accessKeyId: 'tester',
      secretAccessKey: 'a secret of tests',
      timeoutMs: 5000,
    },
    stop: () => program.kill('SIGKILL'),
    async start() {
      program = await begin();
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
