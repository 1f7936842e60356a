import assert from 'node:assert/strict';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import { createAdoption, type Adoption } from '../../app/services/adopt.ts';
import { createCounting, type Counting } from '../../app/services/counting.ts';
import { createDeposits, type Deposit, type Deposits } from '../../app/services/deposit.ts';
import { createProfiles } from '../../app/services/profile.ts';
import type { Spool } from '../../app/ports/spool.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { babble } from '../audio/babble.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleClass } from './sample-class.ts';

const number = '+12025550147' as E164;

describe('A mailbox that is removed while a message is being left for it', function () {
  this.timeout(60_000);
  let test: TestStore;
  let deposits: Deposits;
  let counting: Counting;
  let adoption: Adoption;
  let adopting: Promise<void>[];

  beforeEach(async () => {
    test = await openTestStore();
    adopting = [];
    const plan = createNumberPlan({
      access: ['+12025550199'],
      country: 'US',
      ranges: [{ prefix: '+1202555', class: 'standard' }],
    });
    const shared = {
      store: test.store,
      plan,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      profiles: createProfiles(() => ({ standard: sampleClass({ lamp: false }) })),
    };
    adoption = createAdoption(shared);
    counting = createCounting({
      ...shared,
      onCounted: () => undefined,
      onMissing: (mailbox) => adopting.push(adoption.adoptAll(mailbox)),
    });
    deposits = createDeposits({
      ...shared,
      spool: {} as Spool,
      counting,
      isServedNumber: () => false,
      onRecounted: () => undefined,
      onStored: () => undefined,
    });
    // The counters are raised late once that is noted in the store.
    while (!counting.covered()) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  afterEach(async () => {
    await counting.stop();
    await test[Symbol.asyncDispose]();
  });

  const deposit = (mailbox: Deposit['mailbox'], id: string): Deposit => ({
    draft: {
      kind: 'voice',
      origin: { network: 'sip', id },
      from: { number: '+12025550123', private: false },
      to: number,
      received: new Date(),
      urgent: true,
      confidential: false,
      cut: false,
    },
    contentType: 'audio/PCMU',
    durationMs: 1000,
    bytes: babble(1000, 1),
    classOfService: 'standard',
    mailbox,
  });

  async function opened() {
    const id = systemRandom.uuid() as MailboxId;
    const fresh = {
      id,
      number,
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
    } as const;
    return (await test.store.mailboxes.findOrCreate(fresh)).mailbox;
  }

  it('the message goes into one made anew, and is counted there', async () => {
    const mailbox = await opened();
    await test.store.mailboxes.remove(mailbox.id);
    assert.equal((await deposits.take(deposit(mailbox, 'a'))).kind, 'stored');
    assert.equal((await deposits.take(deposit(mailbox, 'b'))).kind, 'stored');
    await counting.flush();
    await Promise.all(adopting);
    const anew = await test.store.mailboxes.find(number);
    assert.ok(anew !== undefined && anew.id !== mailbox.id);
    assert.deepEqual(anew.counts, { new: 2, old: 0, urgent: 2 });
    assert.equal((await test.store.messages.list(anew.id, { limit: 10 })).length, 2);
    assert.deepEqual(await test.store.messages.list(mailbox.id, { limit: 10 }), []);
  });

  it('two who find it at once make one mailbox, and the message is there once', async () => {
    const mailbox = await opened();
    await test.store.mailboxes.remove(mailbox.id);
    const stored = await deposits.take(deposit(mailbox, 'a'));
    assert.ok(stored.kind === 'stored');
    const [one, other] = await Promise.all([
      adoption.adopt(stored.message),
      adoption.adopt(stored.message),
      adoption.adoptAll(mailbox.id),
    ]);
    assert.equal(one?.id, other?.id);
    assert.deepEqual((await test.store.mailboxes.find(number))?.counts, { new: 1, old: 0, urgent: 1 });
  });

  it('a mailbox that is there is left alone', async () => {
    const mailbox = await opened();
    await deposits.take(deposit(mailbox, 'a'));
    await counting.flush();
    assert.deepEqual(adopting, []);
    await adoption.adoptAll(mailbox.id);
    assert.equal((await test.store.messages.list(mailbox.id, { limit: 10 })).length, 1);
  });
});
