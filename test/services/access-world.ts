/** Authentication on a real store, with a clock that the test moves. */
import { randomUUID } from 'node:crypto';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import type { Hasher } from '../../app/ports/hasher.ts';
import { openHasher, type SecretsSlice } from '../../app/secrets/open.ts';
import { createAuditor } from '../../app/services/audit.ts';
import { createAuthentication } from '../../app/services/authenticate.ts';
import type { PinAsker } from '../../app/services/authentication-deps.ts';
import type { Reply } from '../../app/services/notify.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { openTestStore } from '../storage/local-store.ts';
import { number } from '../storage/sample.ts';

/** Hashes that cost little: what is tried is not Argon2. */
export const weak: SecretsSlice = { memoryKiB: 64, passes: 1, atOnce: 2 };

const minute = 60_000;

export async function openAccessWorld(slice: SecretsSlice = weak) {
  const test = await openTestStore();
  const { store } = test;
  let now = Date.now();
  // Time goes on a little with each look, as it does.
  const clock = { now: () => new Date((now += 1)) };
  const texts: Reply[] = [];
  const auditor = createAuditor({
    audit: store.audit,
    keepDays: 365,
    clock,
    random: systemRandom,
    log: silentLog,
  });
  const standard = { language: 'en', notify: [{ gateway: 'sip', to: 'subscriber' }] };
  const classes = {
    standard: { ...standard, pin: 'untrusted' },
    strict: { ...standard, pin: 'always' },
  } as unknown as Record<string, Omit<ClassOfService, 'name'>>;
  const profiles = createProfiles(() => classes);
  const plan = createNumberPlan({
    access: ['+12025550199'],
    country: 'US',
    ranges: [{ prefix: '+1202555', class: 'standard' }],
  });
  let verified = 0;
  const counted = (hasher: Hasher): Hasher => ({
    ...hasher,
    verify(...given) {
      verified += 1;
      return hasher.verify(...given);
    },
  });
  const over = (secrets: SecretsSlice) =>
    createAuthentication({
      store,
      hasher: counted(openHasher(secrets)),
      auditor,
      notify: {
        reply: async (reply) => {
          texts.push(reply);
          return true;
        },
      },
      profiles,
      texts: shippedTexts,
      clock,
      random: systemRandom,
      log: silentLog,
      plan,
      rule: { codeMinutes: 10, codesPerHour: 3, strangersCodesPerHour: 60 },
    });
  return {
    store,
    test,
    texts,
    auditor,
    clock,
    plan,
    profiles,
    authentication: over(slice),
    /** Another controller, perhaps of another configuration. */
    over,
    /** Hashes that were compared: what a try costs. */
    get verified(): number {
      return verified;
    },
    get code(): string {
      return /\d{6}/.exec(texts.at(-1)?.body ?? '')?.[0] ?? '';
    },
    pass(minutes: number): void {
      now += minutes * minute;
    },
    async mailbox(classOfService = 'standard'): Promise<Mailbox> {
      const id = randomUUID() as MailboxId;
      const fresh = {
        id,
        number: number(),
        origin: 'provisioned',
        classOfService,
        created: clock.now(),
      } as const;
      return (await store.mailboxes.findOrCreate(fresh)).mailbox;
    },
    /** What is audited of a mailbox, oldest first. */
    async audited(mailbox: Mailbox): Promise<string[]> {
      await auditor.flush();
      const events = await store.audit.list({ limit: 100, mailbox: mailbox.id });
      return events.toReversed().map(({ event, outcome }) => `${event} ${outcome}`);
    },
    async [Symbol.asyncDispose]() {
      await auditor.flush();
      await test[Symbol.asyncDispose]();
    },
  };
}

export type AccessWorld = Awaited<ReturnType<typeof openAccessWorld>>;

/** At a phone whose number can be believed. */
export function trusted(caller: string): PinAsker {
  return { key: caller, number: caller as E164, trusted: true, call: 'call' };
}

/** Somebody who says that this is their number. */
export function stranger(caller: string): PinAsker {
  return { key: `trunk:${caller}`, trusted: false, call: 'call' };
}
