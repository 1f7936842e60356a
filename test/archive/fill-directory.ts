/** A process that fills an archive on a small disk that nobody else sees; `directory.test.ts` starts it. */
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import type { Fault } from '../../app/core/errors.ts';

const [directory = ''] = process.argv.slice(2);
const archive = openDirectoryArchive({ directory, timeoutMs: 10_000 });
let fault: Fault | undefined;
let objects = 0;
for (; fault === undefined; objects += 1) {
  await archive.put(`object-${objects}`, randomBytes(40_000)).catch((error: unknown) => {
    fault = error as Fault;
  });
}
const { code, temporary } = fault;
const partial = await readdir(join(directory, 'partial'));
await archive.delete('object-0');
await archive.put('again', randomBytes(30_000));
const again = (await archive.get('again', 30_000))?.length === 30_000;
process.stdout.write(JSON.stringify({ objects, code, temporary, partial, again }));
