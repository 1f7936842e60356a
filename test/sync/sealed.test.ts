/** Nodes that seal what they keep, each with keys of its own. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { E164, MailboxId, MediaId, MessageId } from '../../app/core/ids.ts';
import { searchTerms, type SearchTerm } from '../../app/core/search/search-terms.ts';
import type { KeyStore } from '../../app/ports/keys.ts';
import { openEnvironmentMaster } from '../../app/sealing/master/local.ts';
import { openSealing } from '../../app/sealing/open.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { openKeyStore } from '../../app/storage/open-keys.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { localStore } from '../storage/local-store.ts';
import { left } from './left.ts';
import { leave, openNodes, until, type Node } from './nodes.ts';

const ann = '+12025550123' as E164;
const secret = 'xylophone';

function termsOf(words: string): readonly SearchTerm[] {
  const asked = searchTerms(words);
  return asked.kind === 'terms' ? asked.terms : [];
}

describe('sync with encryption: what is opened for the line is sealed where it comes to', function () {
  this.timeout(120_000);

  it('is readable there and sealed with a key of that node, which is erased when the subscriber has left', async () => {
    const keys = new Map<string, KeyStore>();
    // Opened before the nodes: one for each database, by the order in which they ask.
    const { url } = await localStore();
    const names = ['home', 'away'].map((name) => `test_keys_${name}_${randomBytes(4).toString('hex')}`);
    for (const database of names)
      keys.set(database, await openKeyStore({ url, database, timeoutMs: 15_000 }, { log }));
    const waiting = [...names];
    await using nodes = await openNodes({
      seal(bare) {
        const own = keys.get(waiting.shift() ?? '') as KeyStore;
        const master = openEnvironmentMaster(`m:${randomBytes(32).toString('base64')}`);
        return openSealing({ log, with: { keys: own, master } }).store(bare.store);
      },
    });
    const { home, away } = nodes;
    const [, awayKeys] = [...keys.values()];
    const at = (node: Node, id: MessageId) => node.store.store.messages.get(id);
    const raw = async (node: Node): Promise<string> => {
      const database = node.store.client.db(node.store.database);
      const all = await database.collection('messages').find().toArray();
      return JSON.stringify(all);
    };
    try {
      const first = await leave(home, ann, {}, 3000);
      const words = `a ${secret} was played`;
      const times = '0 1122.3344 1.1 1.1 1.1';
      const large = await leave(home, ann, {}, 1_500_000);
      await home.store.store.messages.setTranscript(first.id, words, { times });
      await home.roaming.report(ann, 'away');
      await until('both are there', async () =>
        Boolean((await at(away, first.id)) && (await at(away, large.id))),
      );
      const there = await at(away, first.id);
      assert.deepEqual([there?.transcript, there?.times], [words, times], 'what was said too');
      const found = await away.store.store.messages.search({
        terms: termsOf(secret),
        mailbox: there?.mailbox as MailboxId,
        limit: 10,
      });
      assert.deepEqual(
        found.map(({ id }) => id),
        [first.id],
        'and it is found by it',
      );
      assert.deepEqual(there?.envelope, first.envelope, 'readable there');
      const media = there?.envelope.parts[0]?.media as MediaId;
      const plain = await away.store.store.media.get(media);
      assert.equal(plain?.bytes.length, 3000);
      const [sound] = large.envelope.parts;
      const whole = await away.store.store.media.get(sound?.media as MediaId);
      assert.equal(await digest(whole?.bytes ?? new Uint8Array()), sound?.sha256, 'also of a large one');
      const mailbox = await away.store.store.mailboxes.find(ann);
      assert.ok(await awayKeys?.of(mailbox?.id as never), 'a key of this node');
      for (const node of [home, away]) {
        const text = await raw(node);
        for (const hidden of [secret, '1122.3344', first.envelope.parts[0]?.sha256 as string])
          assert.ok(!text.includes(hidden), `${hidden} at ${node.name}`);
        assert.match(text, /"sealed"/);
      }
      await away.store.store.messages.setState(first.id, 'saved', new Date());
      const made = await leave(away, ann, {}, 2000);
      await until('it is home', async () => (await at(home, made.id)) !== undefined);
      assert.deepEqual((await at(home, made.id))?.envelope, made.envelope);
      await home.roaming.returned(ann);
      await until('it is cleared', async () => (await home.store.store.replication.visit(ann)) === undefined);
      assert.equal((await at(home, first.id))?.state, 'saved');
      assert.equal((await at(home, first.id))?.transcript, words);
      assert.deepEqual(await left(away, [ann, first.id, large.id, made.id]), []);
      assert.equal(await awayKeys?.of(mailbox?.id as never), undefined, 'its key is gone with it');
      // A second visit has another mailbox there, and another key.
      await home.roaming.report(ann, 'away');
      await until('it is there again', async () => (await at(away, first.id)) !== undefined);
      const again = await away.store.store.mailboxes.find(ann);
      assert.notEqual(again?.id, mailbox?.id);
      assert.deepEqual((await at(away, first.id))?.envelope, first.envelope);
    } finally {
      for (const store of keys.values()) await store[Symbol.asyncDispose]();
      for (const name of names) await home.store.client.db(name).dropDatabase();
    }
  });
});
