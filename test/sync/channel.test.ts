import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import type { PeerIntake } from '../../app/ports/replication.ts';
import { Bandwidth } from '../../app/sync/bandwidth.ts';
import { Channel } from '../../app/sync/channel.ts';
import { openSyncServer } from '../../app/sync/server.ts';
import { Stage } from '../../app/sync/stage.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { openLine } from './line.ts';
import { makeCertificate } from './nodes.ts';

const ann = '+12025550123' as E164;

describe('sync: a line', function () {
  this.timeout(30_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-channel-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('a node that takes its time is waited for, and one behind a dead line is not', async () => {
    for (const name of ['home', 'away']) await makeCertificate(folder, name);
    const file = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
    const [key, certificate] = [await file('away.key'), await file('away.pem')];
    const [ownKey, ownCertificate] = [await file('home.key'), await file('home.pem')];
    const peers = new Map([[new X509Certificate(ownCertificate).fingerprint256, 'home']]);
    const silentMs = 300;
    const intake = {
      tell: async () => {
        await pause(5 * silentMs);
        return [ann];
      },
    } as unknown as PeerIntake;
    await using server = await openSyncServer(
      { host: '127.0.0.1', port: 0, key, certificate, peers, certificates: [ownCertificate] },
      { intake, stage: new Stage(join(folder, 'none')), log },
    );
    await using dead = await openLine({ delayMs: 60_000 });
    dead.target = server.port;
    const { fingerprint256: fingerprint } = new X509Certificate(certificate);
    const own = { certificate, fingerprint, key: ownKey, ownCertificate, silentMs };
    const ask = async (port: number): Promise<unknown> => {
      const url = `https://127.0.0.1:${port}`;
      using channel = new Channel({ ...own, url, bandwidth: new Bandwidth(undefined) });
      return await channel.ask('POST', '/v1/tell/still', [Buffer.from(JSON.stringify([ann]))]);
    };
    assert.deepEqual(await ask(server.port), [ann]);
    await assert.rejects(ask(dead.port));
  });
});
