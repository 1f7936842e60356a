import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../app/config/schema.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { fill } from '../../scripts/bench/scale-fill.ts';
import {
  boxOf,
  fateOf,
  mailboxIdOf,
  mailboxNumber,
  referenceOf,
  said,
} from '../../scripts/bench/scale-messages.ts';
import { openScaleServices } from '../../scripts/bench/scale-services.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';

const messages = 3000;
const { classes } = configSchema.parse({
  classes: {
    usual: { notify: [], retentionDays: 365, compressAfterDays: 60 },
    small: { notify: [], retentionDays: 365, memoryBytes: 1000, archiveAfterDays: 30 },
  },
});

describe('scripts/bench: a store that is filled for the bench of scale', function () {
  this.timeout(120_000);
  let test: TestStore;
  let directory: string;

  before(async () => {
    test = await openTestStore();
    directory = await mkdtemp(join(tmpdir(), 'answerback-scale-'));
    const profiles = createProfiles(() => classes);
    const client = new MongoClient(test.url);
    await fill({
      url: test.url,
      client,
      database: test.database,
      messages,
      profiles: { usual: profiles.classOfService('usual'), small: profiles.classOfService('small') },
      now: new Date(),
      indexes: 'before',
      say: () => undefined,
    });
    await client.close();
  });
  after(async () => {
    await test?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('holds its messages in their mailboxes, with true counters, found by reference and by word', async () => {
    const { store } = test;
    for (const i of [0, 1, 107, 1234, 1502, messages - 1]) {
      const box = boxOf(i, messages / 5);
      const found = await store.messages.byReference(referenceOf(i));
      assert.equal(found?.mailbox, mailboxIdOf(box));
      const mailbox = await store.mailboxes.find(mailboxNumber(box));
      assert.equal(mailbox?.id, mailboxIdOf(box));
      assert.equal((await store.mailboxes.recount(mailboxIdOf(box)))?.corrected, false, `of message ${i}`);
      if (found?.transcript !== undefined) assert.equal(found.transcript, said(i));
    }
  });

  it('has nothing due now, and a hundredth a day later: a third of it purged, archived, compressed each', async () => {
    for (const [ms, due, later] of [
      [0, 0, 0],
      [43_260_000, 10, 0],
      [86_460_000, 10, 10],
    ] as const) {
      const clock = { now: () => new Date(Date.now() + ms) };
      const { url, database } = test;
      await using services = await openScaleServices({ url, database, directory, classes, clock });
      const { purge, archive, compress } = await services.sweep.preview();
      assert.deepEqual({ purge, archive, compress }, { purge: due, archive: later, compress: due });
    }
    const fates = Array.from({ length: 1_000_000 }, (_, i) => fateOf(i)).filter((fate) => fate !== 'stays');
    assert.ok(Math.abs(fates.length - 10_000) < 20);
  });
});
