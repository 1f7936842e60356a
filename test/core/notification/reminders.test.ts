import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { recipientOf, rulesFor } from '../../../app/core/notification/recipients.ts';
import {
  firstReminder,
  lastReminder,
  nearsQuota,
  quotaLevel,
  reminderOf,
  weekOf,
} from '../../../app/core/notification/reminders.ts';
import type { E164 } from '../../../app/core/ids.ts';
import type { NotificationRule } from '../../../app/core/profile/class-of-service.ts';
import { sampleMessage } from '../../storage/sample.ts';

const dayMs = 86_400_000;
const holding = (total: number) => ({ counts: { new: total, old: 0, urgent: 0 } });
const size = { bytes: 1000, seconds: 4 };

describe('Reminders', () => {
  const received = new Date('2026-01-01T10:00:00Z');
  const kept = (days: number) =>
    sampleMessage({ expires: new Date(received.getTime() + days * dayMs) }, { received });

  it('the first comes a day after the message, the last three days before its end', () => {
    const message = kept(30);
    assert.equal(firstReminder(received).toISOString(), '2026-01-02T10:00:00.000Z');
    assert.equal(lastReminder(message)?.toISOString(), '2026-01-28T10:00:00.000Z');
    assert.equal(reminderOf(message, firstReminder(received)), 'unread');
    assert.equal(reminderOf(message, lastReminder(message) as Date), 'expiring');
  });

  it('a message that is kept for four days or less has one reminder only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), (days) =>
        assert.equal(lastReminder(kept(days)), undefined),
      ),
    );
  });

  it('levels are reached at 75, 90 and 100 percent, and noticed in time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 6000 }), (max, total) => {
        const limits = { maxMessages: max };
        const reached = quotaLevel(holding(total), limits);
        const share = (total / max) * 100;
        assert.equal(reached?.level, share >= 100 ? 100 : share >= 90 ? 90 : share >= 75 ? 75 : undefined);
        if (reached !== undefined) assert.ok(nearsQuota(holding(Math.max(0, total - 1)), limits, size));
      }),
    );
    assert.equal(nearsQuota(holding(0), { maxMessages: 1000 }, size), false);
    assert.equal(nearsQuota(holding(700), { maxMessages: 1000 }, size), false);
  });

  it('a level is reached by whatever is used up the most', () => {
    const limits = { maxMessages: 100, maxBytes: 1_000_000, maxSeconds: 600 };
    const usage = { bytes: 760_000, seconds: 540, archived: 0 };
    assert.deepEqual(quotaLevel({ ...holding(80), usage }, limits), { level: 90, measure: 'seconds' });
    const fewer = { ...usage, seconds: 0 };
    assert.deepEqual(quotaLevel({ ...holding(70), usage: fewer }, limits), { level: 75, measure: 'bytes' });
    const before = { ...holding(1), usage: { bytes: 600_000, seconds: 0, archived: 0 } };
    assert.equal(nearsQuota(before, limits, size), false);
    assert.equal(nearsQuota(before, limits, { bytes: 150_000, seconds: 0 }), true);
  });

  it('a week begins on Monday where the subscriber is', () => {
    const week = (at: string, zone = 'UTC') => weekOf(new Date(at), zone);
    assert.equal(week('2026-01-05T00:00:00Z'), week('2026-01-11T23:59:59Z'));
    assert.notEqual(week('2026-01-04T23:59:59Z'), week('2026-01-05T00:00:00Z'));
    assert.equal(week('2026-01-05T04:59:00Z', 'America/New_York'), week('2026-01-04T12:00:00Z'));
  });
});

describe('Whom a rule tells, and of what', () => {
  const rule = (change: Partial<NotificationRule>): NotificationRule => ({
    gateway: 'sip',
    to: 'subscriber',
    ...change,
  });

  it('a rule names events and kinds; what it does not name it is about', () => {
    const all = rule({});
    const faxes = rule({ to: '+12025550101', kinds: ['fax'] });
    const quota = rule({ to: '+12025550102', events: ['full', 'nearly-full'] });
    const notify = [all, faxes, quota];
    assert.deepEqual(rulesFor({ notify }, 'message', 'voice'), [all]);
    assert.deepEqual(rulesFor({ notify }, 'message', 'fax'), [all, faxes]);
    assert.deepEqual(rulesFor({ notify }, 'full'), [all, faxes, quota]);
    assert.deepEqual(rulesFor({ notify: [] }, 'message', 'voice'), []);
  });

  it('two rules to the same recipient send one text', () => {
    const notify = [rule({}), rule({ kinds: ['voice'] }), rule({ gateway: 'console' })];
    assert.equal(rulesFor({ notify }, 'message', 'voice').length, 2);
  });

  it('the subscriber is told at their number for texts, where they have one', () => {
    const number = '+12025550147' as E164;
    const sms = '+12025550999' as E164;
    assert.equal(recipientOf(rule({}), { number, settings: {} }), number);
    assert.equal(recipientOf(rule({}), { number, settings: { addresses: { sms } } }), sms);
    assert.equal(recipientOf(rule({ to: '+1' }), { number, settings: { addresses: { sms } } }), '+1');
  });
});
