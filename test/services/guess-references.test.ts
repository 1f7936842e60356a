import assert from 'node:assert/strict';
import { makeReference } from '../../app/core/reference/reference.ts';
import { createRetrieval, type Asker, type Retrieval } from '../../app/services/retrieve.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMailbox, sampleMessage } from '../storage/sample.ts';

const maxWrong = 5;

describe('Guessing references', function () {
  this.timeout(60_000);
  let test: TestStore;
  let retrieval: Retrieval;
  let reference: string;
  let owner: Asker;
  const stranger: Asker = { key: 'trunk:+13035550100', trusted: false };

  beforeEach(async () => {
    test = await openTestStore();
    const { store } = test;
    const { mailbox } = await store.mailboxes.findOrCreate(sampleMailbox());
    const message = sampleMessage({
      mailbox: mailbox.id,
      referenceExpires: new Date(Date.now() + 3_600_000),
    });
    reference = makeReference('987654321');
    const expires = new Date(Date.now() + 3_600_000);
    await store.messages.insert({ ...message, reference: reference as typeof message.reference, expires });
    owner = { key: mailbox.number, number: mailbox.number, trusted: true };
    retrieval = createRetrieval({
      store,
      clock: { now: () => new Date() },
      log: silentLog,
      lamps: { publish: async () => undefined },
      account: { message: () => undefined },
      limits: { maxWrong, windowMinutes: 15 },
    } as never);
  });
  afterEach(() => test[Symbol.asyncDispose]());

  const guess = (n: number): string => makeReference(String(100_000_000 + n));

  it('a hundred at once: no more than the limit learn anything', async () => {
    const guesses = Array.from({ length: 100 }, (_, n) => guess(n));
    const answers = await Promise.all(guesses.map((one) => retrieval.open(one, stranger)));
    const judged = answers.filter(({ kind }) => kind !== 'locked').length;
    assert.ok(judged <= maxWrong, `${judged} were answered`);
    assert.equal((await retrieval.open(reference, stranger)).kind, 'locked', 'nor does the right one now');
  });

  it('one after the other: locked after the limit, and the owner is not', async () => {
    const kinds: string[] = [];
    for (let n = 0; n < maxWrong + 2; n += 1) kinds.push((await retrieval.open(guess(n), stranger)).kind);
    assert.deepEqual(kinds, [...Array.from({ length: maxWrong }, () => 'wrong'), 'locked', 'locked']);
    assert.equal((await retrieval.open(reference, owner)).kind, 'open');
  });

  it('a right one from another phone is no failure, however often', async () => {
    for (let n = 0; n < maxWrong * 3; n += 1)
      assert.equal((await retrieval.open(reference, stranger)).kind, 'not-yours');
    assert.equal((await retrieval.open(guess(1), stranger)).kind, 'wrong');
    assert.equal((await retrieval.open(guess(2), { ...stranger, key: 'x' })).kind, 'wrong');
  });
});
