/** A process that fills an archive on a small disk that nobody else sees; `directory.test.ts` starts it. */
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import type { Fault } from '../../app/core/errors.ts';

const [directory = ''] = process.argv.slice(2);
const archive = openDirectoryArchive({ directory, timeoutMs: 10_000 });
let objects = 0;
const full = async (): Promise<Fault> => {
  for (;;) {
    try {
      await archive.put(`object-${objects}`, randomBytes(40_000));
      objects += 1;
    } catch (error) {
      return error as Fault;
    }
  }
};
const { code, temporary } = await full();
const partial = await readdir(join(directory, 'partial'));
await archive.delete('object-0');
await archive.put('again', randomBytes(30_000));
const again = (await archive.get('again', 30_000))?.length === 30_000;
process.stdout.write(JSON.stringify({ objects, code, temporary, partial, again }));
