import assert from 'node:assert/strict';
import type { Message } from '../../app/core/message/message.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, sampleMessage, step } from './sample.ts';

const lease = 30_000;

describe('storage: pending steps', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const messages = () => opened.store.messages;
  const put = async (pending: Message['pending']) => {
    const message = sampleMessage({ pending });
    await messages().insert(message);
    return message;
  };
  beforeEach(async () => (opened = await openTestStore()));
  afterEach(async () => opened[Symbol.asyncDispose]());

  it('the step that waited longest is taken first, with a lease and its try counted', async () => {
    const later = await put([step('notify', at(5))]);
    const earlier = await put([step('lamp', at(3)), step('notify', at(1))]);
    const taken = await messages().takePending(at(10), lease);
    const expected = step('notify', at(1), { tries: 1, leasedUntil: at(40) });
    assert.deepEqual(taken?.step, expected);
    assert.deepEqual(taken?.message, { ...earlier, pending: [step('lamp', at(3)), expected] });
    assert.deepEqual(await messages().get(earlier.id), taken?.message);
    assert.equal((await messages().takePending(at(10), lease))?.step.kind, 'lamp');
    assert.equal((await messages().takePending(at(10), lease))?.message.id, later.id);
    assert.equal(await messages().takePending(at(10), lease), undefined);
  });

  it('a step that is not due is left alone', async () => {
    const message = await put([step('notify', at(11))]);
    assert.equal(await messages().takePending(at(10), lease), undefined);
    assert.equal(await messages().takePendingOf(message.id, at(10), lease), undefined);
    assert.deepEqual(await messages().nextPendingDue(), at(11));
  });

  it('eight workers share a hundred steps and never get one twice', async () => {
    await Promise.all(Array.from({ length: 50 }, () => put([step('welcome', at(0)), step('notify', at(1))])));
    const seen: string[] = [];
    const work = async () => {
      for (;;) {
        const taken = await messages().takePending(at(10), lease);
        if (!taken) return;
        seen.push(`${taken.message.id} ${taken.step.kind}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    // A worker that lost every race may have left early: what is left is taken now.
    await work();
    assert.equal(seen.length, 100);
    assert.equal(new Set(seen).size, 100);
  });

  it('two workers at one message: one gets its steps, the other nothing', async () => {
    const message = await put([step('welcome', at(0)), step('notify', at(0)), step('lamp', at(20))]);
    const both = await Promise.all([1, 2].map(() => messages().takePendingOf(message.id, at(10), lease)));
    const got = both.filter((taken) => taken !== undefined);
    assert.equal(got.length, 1);
    const held = (kind: 'welcome' | 'notify') => step(kind, at(0), { tries: 1, leasedUntil: at(40) });
    assert.deepEqual(got[0]?.steps, [held('welcome'), held('notify')]);
    assert.deepEqual(got[0]?.message.pending, [held('welcome'), held('notify'), step('lamp', at(20))]);
    assert.deepEqual(await messages().get(message.id), got[0]?.message);
    assert.deepEqual(await messages().nextPendingDue(), at(20));
  });

  it('a lease that has passed: the step is taken again', async () => {
    const message = await put([step('notify', at(0))]);
    await messages().takePending(at(10), lease);
    assert.equal(await messages().takePending(at(39), lease), undefined);
    const again = await messages().takePending(at(40), lease);
    assert.equal(again?.message.id, message.id);
    assert.equal(again?.step.tries, 2);
  });

  it('a message put in with leased steps is not taken by others before the lease ends', async () => {
    const message = await put([step('notify', at(0), { leasedUntil: at(30) })]);
    assert.equal(await messages().takePending(at(29), lease), undefined);
    assert.deepEqual((await messages().get(message.id))?.pending, message.pending);
    assert.equal((await messages().takePending(at(30), lease))?.message.id, message.id);
  });

  it('finished steps go, the others stay due', async () => {
    const message = await put([step('welcome', at(0)), step('notify', at(2)), step('lamp', at(7))]);
    await messages().finishPending(message.id, ['welcome', 'notify']);
    assert.deepEqual((await messages().get(message.id))?.pending, [step('lamp', at(7))]);
    assert.deepEqual(await messages().nextPendingDue(), at(7));
    await messages().finishPending(message.id, ['lamp']);
    await messages().finishPending(message.id, ['lamp']);
    assert.deepEqual((await messages().get(message.id))?.pending, []);
    assert.equal(await messages().nextPendingDue(), undefined);
    const raw = await opened.client.db(opened.database).collection('messages').findOne({});
    assert.equal('workAt' in (raw ?? {}), false, 'nothing is left in the index of due messages');
  });

  it('a step put back is due at its new time and tells why', async () => {
    const message = await put([step('notify', at(0)), step('lamp', at(50))]);
    await messages().takePending(at(10), lease);
    // Text as an error may have it: the store must not read it as a field or operator.
    const error = '$pending { $set: "503" } \u0000 ünavailable';
    await messages().delayPending(message.id, 'notify', at(20), error);
    const delayed = step('notify', at(20), { tries: 1, lastError: error });
    assert.deepEqual((await messages().get(message.id))?.pending, [delayed, step('lamp', at(50))]);
    assert.equal(await messages().takePending(at(19), lease), undefined);
    assert.equal((await messages().takePending(at(20), lease))?.step.tries, 2);
  });

  it('putting back a step that is finished does not bring it back', async () => {
    const message = await put([step('notify', at(0)), step('lamp', at(3))]);
    await messages().finishPending(message.id, ['notify']);
    await messages().delayPending(message.id, 'notify', at(20), 'late');
    assert.deepEqual((await messages().get(message.id))?.pending, [step('lamp', at(3))]);
  });

  it('a step whose work takes long is kept from others for longer, and its try is the same', async () => {
    const message = await put([step('transcribe', at(0)), step('lamp', at(90))]);
    await messages().takePending(at(10), lease);
    await messages().extendPending(message.id, 'transcribe', at(70));
    assert.deepEqual((await messages().get(message.id))?.pending, [
      step('transcribe', at(0), { tries: 1, leasedUntil: at(70) }),
      step('lamp', at(90)),
    ]);
    assert.equal(await messages().takePending(at(69), lease), undefined);
    assert.equal((await messages().takePending(at(70), lease))?.step.tries, 2);
    await messages().finishPending(message.id, ['transcribe']);
    await messages().extendPending(message.id, 'transcribe', at(200));
    assert.deepEqual((await messages().get(message.id))?.pending, [step('lamp', at(90))]);
  });

  it('asking when the next step is due, and finding none that is, are one question each', async () => {
    await put([]);
    await put([step('remind', at(86_400))]);
    opened.commands.length = 0;
    assert.deepEqual(await messages().nextPendingDue(), at(86_400));
    assert.equal(await messages().takePending(at(10), lease), undefined);
    assert.deepEqual(
      opened.commands.map((command) => command.commandName),
      ['find', 'find'],
    );
  });
});
