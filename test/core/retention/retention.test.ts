import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { chooseForArchive, type Archivable } from '../../../app/core/retention/archive-choice.ts';
import { chooseFromTrash, isOverWithTrash } from '../../../app/core/retention/trash-choice.ts';
import {
  dayMs,
  judge,
  lastAccess,
  keptUntil,
  nextLook,
  type RetentionFacts,
  type RetentionRules,
} from '../../../app/core/retention/judge.ts';

const t0 = Date.UTC(2026, 0, 1);
const span = 400 * dayMs;

const moment = fc.integer({ min: 0, max: span }).map((ms) => new Date(t0 + ms));
const days = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.constantFrom(0, 1));
const rulesOf = fc.record<RetentionRules>(
  {
    retentionDays: days,
    trashDays: days,
    compressAfterDays: days,
    archiveAfterDays: days,
    memoryBytes: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(0)),
  },
  { requiredKeys: ['retentionDays', 'trashDays'] },
);

/** A message as it may come to lie in a mailbox: heard, accessed and deleted after it was received, in any order. */
const messageOf = fc
  .record({
    received: moment,
    keptMs: fc.integer({ min: 0, max: span }),
    tier: fc.constantFrom('live' as const, 'compressed' as const, 'archived' as const),
    state: fc.constantFrom('new' as const, 'heard' as const, 'saved' as const, 'deleted' as const),
    heardMs: fc.option(fc.integer({ min: 0, max: span }), { nil: undefined }),
    accessedMs: fc.option(fc.integer({ min: 0, max: span }), { nil: undefined }),
    deletedMs: fc.integer({ min: 0, max: span }),
    held: fc.boolean(),
    forms: fc.boolean(),
  })
  .map(({ received, keptMs, heardMs, accessedMs, deletedMs, held, state, ...rest }): RetentionFacts => {
    const after = (ms: number): Date => new Date(received.getTime() + ms);
    return {
      ...rest,
      state,
      received,
      expires: after(keptMs),
      ...(heardMs === undefined ? {} : { heardAt: after(heardMs) }),
      ...(accessedMs === undefined ? {} : { accessedAt: after(accessedMs) }),
      ...(state === 'deleted' ? { deletedAt: after(deletedMs) } : {}),
      ...(held ? { hold: { since: received } } : {}),
    };
  });

const mailboxOf = fc
  .array(fc.tuple(messageOf, fc.integer({ min: 0, max: 8000 })), { maxLength: 30 })
  .map((all) => all.map(([facts, bytes], i): Archivable => ({ ...facts, id: `m${i}`, bytes })));

const plus = (at: Date, n: number): Date => new Date(at.getTime() + n * dayMs);
const kindAt = (message: RetentionFacts, held: boolean, rules: RetentionRules, now: Date) =>
  judge(message, held, rules, now).kind;

describe('retention: what is due of one message', () => {
  it('S38: is never purged under a legal hold, whether of the message or of its mailbox, nor compressed', () => {
    fc.assert(
      fc.property(messageOf, rulesOf, moment, (message, rules, now) => {
        assert.ok(['held', 'wait'].includes(kindAt(message, true, rules, now)));
        if (message.hold !== undefined)
          assert.ok(['held', 'wait'].includes(kindAt(message, false, rules, now)));
      }),
    );
  });

  it('S38: is purged when it has expired or its time in the trash is over, and not a moment before', () => {
    fc.assert(
      fc.property(messageOf, rulesOf, moment, ({ hold: _free, ...message }, rules, now) => {
        const over = message.deletedAt !== undefined && plus(message.deletedAt, rules.trashDays) <= now;
        const due = message.expires <= now || over;
        assert.equal(kindAt(message, false, rules, now) === 'purge', due);
      }),
    );
  });

  it('S38: is compressed after the configured days without access, once, and never out of the trash or archive', () => {
    fc.assert(
      fc.property(messageOf, rulesOf, moment, (message, rules, now) => {
        if (kindAt(message, false, rules, now) !== 'compress') return;
        assert.ok(plus(lastAccess(message), rules.compressAfterDays ?? Infinity) <= now);
        assert.notEqual(message.tier, 'archived');
        assert.notEqual(message.state, 'deleted');
        // What came of it is left alone.
        const after = { ...message, tier: 'compressed' as const, forms: false };
        assert.equal(kindAt(after, false, rules, now), 'wait');
      }),
    );
  });

  it('S38: a later clock undoes nothing: what is due stays due, or is purged', () => {
    const order = { wait: 0, compress: 1, held: 2, purge: 2 };
    fc.assert(
      fc.property(messageOf, rulesOf, moment, fc.nat(span), fc.boolean(), (message, rules, now, ms, held) => {
        const first = kindAt(message, held, rules, now);
        const then = kindAt(message, held, rules, new Date(now.getTime() + ms));
        assert.ok(order[then] >= order[first], `${first} became ${then}`);
      }),
    );
  });

  it('S38: nothing is due before it is looked at next, and something is due then, unless a hold keeps it', () => {
    fc.assert(
      fc.property(messageOf, rulesOf, moment, (message, rules, now) => {
        const look = nextLook(message, rules);
        const judged = judge(message, false, rules, now);
        if (judged.kind !== 'wait') assert.ok(look <= now);
        else assert.ok(judged.until > now);
        if (message.hold === undefined) {
          assert.equal(judged.kind === 'wait', look > now);
          assert.notEqual(kindAt(message, false, rules, look), 'wait');
        }
      }),
    );
  });

  it('S38: a class that keeps messages longer keeps those longer that are there, and one that keeps them shorter takes nothing', () => {
    fc.assert(
      fc.property(messageOf, rulesOf, (message, rules) => {
        const until = keptUntil(message, rules);
        assert.ok(until >= message.expires);
        assert.ok(until >= plus(message.received, rules.retentionDays));
        assert.ok(
          [message.expires, plus(message.received, rules.retentionDays)].some((at) => +at === +until),
        );
        assert.deepEqual(keptUntil({ ...message, expires: until }, rules), until);
      }),
    );
  });

  it('S38: access puts compressing off, and never purging', () => {
    fc.assert(
      fc.property(messageOf, rulesOf, moment, (message, rules, now) => {
        const accessed = { ...message, accessedAt: now };
        const [before, after] = [message, accessed].map((one) => kindAt(one, false, rules, now));
        if (before === 'purge' || before === 'held') assert.equal(after, before);
        else if ((rules.compressAfterDays ?? 1) > 0) assert.equal(after, 'wait');
      }),
    );
  });
});

describe('retention: what goes to the archive', () => {
  const usage = (messages: readonly Archivable[]): number =>
    messages.reduce((sum, { tier, bytes }) => sum + (tier === 'archived' ? 0 : bytes), 0);
  const archived = (messages: readonly Archivable[], chosen: readonly Archivable[]): Archivable[] =>
    messages.map((one) => (chosen.includes(one) ? { ...one, tier: 'archived' as const } : one));
  const isIdle = (one: Archivable, { archiveAfterDays = 30 }: RetentionRules, now: Date): boolean =>
    one.tier !== 'archived' &&
    one.state !== 'deleted' &&
    // What it was before may lie beside it, and is under a hold too.
    !(one.tier === 'compressed' && one.hold !== undefined) &&
    plus(lastAccess(one), archiveAfterDays) <= now;

  it('S38: brings a mailbox down to its allocation if enough is idle, and archives no more than needed', () => {
    fc.assert(
      fc.property(mailboxOf, rulesOf, moment, (messages, rules, now) => {
        const { chosen } = chooseForArchive(messages, rules, now);
        const { memoryBytes } = rules;
        if (memoryBytes === undefined) return assert.deepEqual(chosen, []);
        const idle = messages.filter((one) => isIdle(one, rules, now));
        const left = usage(archived(messages, chosen));
        if (usage(archived(messages, idle)) <= memoryBytes) assert.ok(left <= memoryBytes);
        else assert.deepEqual(new Set(chosen), new Set(idle.filter(({ bytes }) => bytes > 0)));
        // Without the last of them it would be over its allocation still.
        if (chosen.length > 0) assert.ok(usage(archived(messages, chosen.slice(0, -1))) > memoryBytes);
      }),
    );
  });

  it('S38: takes only idle ones, the longest not accessed first', () => {
    fc.assert(
      fc.property(mailboxOf, rulesOf, moment, (messages, rules, now) => {
        const { chosen } = chooseForArchive(messages, rules, now);
        const times = chosen.map((one) => lastAccess(one).getTime());
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
        assert.ok(chosen.every((one) => isIdle(one, rules, now)));
        const others = messages.filter(
          (one) => isIdle(one, rules, now) && one.bytes > 0 && !chosen.includes(one),
        );
        const latest = times.at(-1) ?? -Infinity;
        assert.ok(others.every((one) => lastAccess(one).getTime() >= latest));
      }),
    );
  });

  it('S38: done twice it does nothing more, and says when more may go', () => {
    fc.assert(
      fc.property(mailboxOf, rulesOf, moment, (messages, rules, now) => {
        const first = chooseForArchive(messages, rules, now);
        const after = archived(messages, first.chosen);
        const second = chooseForArchive(after, rules, now);
        assert.deepEqual(second.chosen, []);
        assert.deepEqual(second.again, first.again);
        if (first.again === undefined) return;
        assert.ok(first.again > now);
        assert.ok(usage(after) > (rules.memoryBytes ?? 0));
        assert.equal(chooseForArchive(after, rules, first.again).chosen.length > 0, true);
      }),
    );
  });
});

describe('retention: a trash that there is no room for', () => {
  it('B6: the longest deleted go, no more than needed, none that is not deleted or is under a hold', () => {
    const limitsOf = fc.record(
      { maxBytes: fc.integer({ min: 0, max: 60_000 }), maxSeconds: fc.integer({ min: 0, max: 4 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(mailboxOf, limitsOf, (messages, limits) => {
        const chosen = chooseFromTrash(messages, limits);
        const most = limits.maxBytes ?? (limits.maxSeconds ?? Infinity) * 16_000;
        const sum = (all: readonly Archivable[]): number => all.reduce((n, { bytes }) => n + bytes, 0);
        const may = messages.filter(({ state, hold }) => state === 'deleted' && hold === undefined);
        assert.ok(chosen.every((one) => may.includes(one)));
        const left = messages.filter((one) => !chosen.includes(one));
        const stays = may.filter((one) => one.bytes > 0 && !chosen.includes(one));
        assert.ok(sum(left) <= most || stays.length === 0);
        const last = chosen.at(-1);
        if (last !== undefined) assert.ok(sum(left) + last.bytes > most);
        for (const one of stays) assert.ok(last === undefined || one.deletedAt! >= last.deletedAt!);
        const usage = { bytes: sum(messages) - sum(may), seconds: 0, archived: 0, trash: sum(may) };
        assert.equal(isOverWithTrash(usage, limits), chosen.length > 0);
      }),
    );
  });
});
