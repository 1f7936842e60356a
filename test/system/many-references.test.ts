import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import { configSchema } from '../../app/config/schema.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { fill } from '../../scripts/bench/scale-fill.ts';
import { boxOf, mailboxIdOf, perMailbox, referenceOf } from '../../scripts/bench/scale-messages.ts';
import { speech } from '../audio/speech.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { database, openSystem } from './system.ts';

const messages = 100_000;

describe('One reference of very many', function () {
  this.timeout(600_000);

  it('S5 S39: among 100,000 messages each reference leads to its own, and a call with one plays exactly that', async () => {
    await using system = await openSystem();
    const [first, second] = await Promise.all([
      speech('This is the one about the invoice of last week.'),
      speech('And this one says that the meeting is moved to Thursday.'),
    ]);
    const { classes } = configSchema.parse({
      classes: {
        usual: { notify: [], retentionDays: 365, compressAfterDays: 60 },
        small: { notify: [], retentionDays: 365, memoryBytes: 1000, archiveAfterDays: 30 },
      },
    });
    const profiles = createProfiles(() => classes);
    const client = await MongoClient.connect(system.local.url);
    try {
      await fill({
        url: system.local.url,
        client,
        database,
        messages,
        profiles: { usual: profiles.classOfService('usual'), small: profiles.classOfService('small') },
        now: new Date(),
        indexes: 'before',
        say: () => undefined,
      });
    } finally {
      await client.close();
    }
    for (let i = 0; i < messages; i += 997) {
      const found = await system.store.messages.byReference(referenceOf(i));
      assert.equal(found?.mailbox, mailboxIdOf(boxOf(i, messages / perMailbox)), `message ${i}`);
      assert.equal(found.reference, referenceOf(i));
    }
    const [alice, bob] = [await system.phone('+12025550123'), await system.phone('+12025550111')];
    await leaveMessage(alice, bob.number, first);
    const { reference } = await nextNotice(system, bob.number);
    await leaveMessage(alice, bob.number, second);
    await nextNotice(system, bob.number);
    const call = await bob.call(reference);
    await call.up();
    await call.hears(first, { withinMs: 20_000 });
    await call.hangup();
  });
});
