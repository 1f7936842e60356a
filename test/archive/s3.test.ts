import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { openS3Archive, type S3ArchiveOptions } from '../../app/archive/s3/open.ts';
import { temporaryFolder, type TemporaryFolder } from '../stack/temporary.ts';
import { runArchiveCases } from './cases.ts';
import { openS3Server, type S3Server } from './s3-server.ts';

let server: S3Server;
let folder: TemporaryFolder;

describe('archive/s3', () => {
  before(async function () {
    this.timeout(60_000);
    folder = await temporaryFolder();
    server = await openS3Server(folder.path);
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  runArchiveCases('s3, on a server that checks signatures', async () => ({
    open: async () => openS3Archive(server.options),
    away: () => server.stop(),
    back: () => server.start(),
    async [Symbol.asyncDispose]() {},
  }));

  it('a wrong secret, a wrong user or a bucket that is none is told as such, and not as away', async () => {
    const refused = { name: 'Fault', code: 'archive-failed', temporary: false };
    const wrong: Partial<S3ArchiveOptions>[] = [
      { secretAccessKey: 'another' },
      { accessKeyId: 'nobody' },
      { bucket: 'no-such-bucket' },
    ];
    for (const change of wrong) {
      await using archive = openS3Archive({ ...server.options, ...change });
      await assert.rejects(archive.put('m1-x', new Uint8Array(3)), refused);
      await assert.rejects(archive.get('m1-x', 3), refused);
      await assert.rejects(archive.ping(), refused);
    }
  });

  it('a server that takes connections and says nothing: it ends within the deadline', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await using archive = openS3Archive({ ...server.options, endpoint, timeoutMs: 300 });
    const begun = performance.now();
    await assert.rejects(archive.get('m1-x', 3), { code: 'archive-unavailable', temporary: true });
    assert.ok(performance.now() - begun < 10_000);
    silent.close();
  });
});
