import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** A folder of its own that others may look into, gone with its scope. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'answerback-test-'));
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true }) };
}
