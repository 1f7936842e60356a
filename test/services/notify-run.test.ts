import assert from 'node:assert/strict';
import { createNotify, type NotifyDeps } from '../../app/services/notify.ts';
import { silentLog } from '../ports/silent-log.ts';

describe('A run of what is due', () => {
  it('B3: steps that are put off by it are not taken again in it, however slow the store is: it comes to the texts', async () => {
    let now = 1_800_000_000_000;
    const clock = { now: () => new Date(now) };
    // What waits for a text that is not out yet: due again in a second.
    const due = Array.from({ length: 20 }, () => now);
    let texts = 0;
    let steps = 0;
    const messages = {
      async takePending(at: Date) {
        now += 100;
        const i = due.findIndex((one) => one <= at.getTime());
        if (i === -1) return undefined;
        steps += 1;
        assert.ok(steps < 500, 'it goes round and round');
        due[i] = now + 1000;
        return {
          message: { id: String(i), pending: [], mailbox: 'gone' },
          step: { kind: 'notify', tries: 1 },
        };
      },
      nextPendingDue: async () => undefined,
      finishPending: async () => undefined,
      delayPending: async () => undefined,
    };
    const notifications = {
      async takeDue() {
        texts += 1;
        return undefined;
      },
      nextDue: async () => undefined,
    };
    const mailboxes = { get: async () => undefined };
    const store = { messages, notifications, mailboxes };
    const deps = { store, clock, log: silentLog, onDue: () => undefined } as unknown as NotifyDeps;
    await createNotify(deps).runDue(new AbortController().signal);
    assert.equal(steps, 20);
    assert.ok(texts > 0);
  });
});
