/**
 * Calls subscribers and hands the answered call to a dialogue that plays what is there; tried again when busy or away, or
 * when nobody took the message.
 */
import type { DeliveryId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { broughtByCall } from '../core/message/brought-by-call.ts';
import { quietUntil } from '../core/notification/quiet-hours.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Call, DialResult, MediaServer } from '../ports/media.ts';
import type { Delivery, Store } from '../ports/store.ts';
import { inTime } from './in-time.ts';
import type { Account } from './account.ts';
import type { Profiles } from './profile.ts';
import type { Tolls } from './tolls.ts';

/** Renewed while the call is up: another process takes a delivery over only when its caller must have died. */
const leaseMs = 120_000;
const renewMs = 40_000;

export interface DeliverDeps {
  readonly store: Store;
  readonly media: Pick<MediaServer, 'dial' | 'healthy'>;
  /** Speaks with whoever answered; resolves when the call is over, and tells whether a subscriber took what it brought. */
  readonly dialogue: (call: Call, delivery: Delivery) => Promise<'taken' | 'not-taken'>;
  readonly profiles: Profiles;
  readonly tolls: Pick<Tolls, 'use'>;
  readonly account: Pick<Account, 'dial'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: string;
  readonly rule: { readonly ringSeconds: number; readonly maxTries: number; readonly retryMs: number };
  /** Most calls out at once. */
  readonly maxCalls: number;
  readonly onDue: (at: Date) => void;
}

export interface Deliveries {
  /** Asks for a call as soon as possible; the same id twice asks once. */
  request(delivery: Pick<Delivery, 'id' | 'message' | 'purpose' | 'to'>): Promise<void>;
  /** Asks for a call that brings all new messages of a mailbox; while one waits or is under way it is the same. */
  requestNew(mailbox: Mailbox, urgent: boolean): Promise<void>;
  /** Starts every call that is due, unless the switch is away: others may make them. Resolves when all are started. */
  runDue(signal: AbortSignal): Promise<number>;
  /** Waits so long for the calls under way to end; those that do not are asked for again, by whichever controller comes. */
  stop(withinMs: number): Promise<void>;
}

export function createDeliveries(deps: DeliverDeps): Deliveries {
  const running = new Map<DeliveryId, Promise<void>>();
  const ending: Ending = { stopping: false, abandoned: new Set() };
  return {
    async request(delivery) {
      const now = deps.clock.now();
      await deps.store.deliveries.add({ ...delivery, status: 'pending', tries: 0, due: now, created: now });
      deps.onDue(now);
    },
    async requestNew({ id: mailbox, number: to }, urgent) {
      const now = deps.clock.now();
      const id = `new:${mailbox}` as DeliveryId;
      const common = { id, purpose: 'new-messages', mailbox, to, urgent } as const;
      await deps.store.deliveries.ask({ ...common, status: 'pending', tries: 0, due: now, created: now });
      deps.onDue(now);
    },
    async runDue(signal) {
      let started = 0;
      while (!signal.aborted && !ending.stopping && deps.media.healthy && running.size < deps.maxCalls) {
        const delivery = await deps.store.deliveries.takeDue(deps.clock.now(), leaseMs);
        if (delivery === undefined) break;
        // Its call is up longer than its lease was: taking it has renewed that.
        if (running.has(delivery.id)) continue;
        const run = callOut(deps, delivery, signal, ending.abandoned).finally(() =>
          running.delete(delivery.id),
        );
        running.set(delivery.id, run);
        started += 1;
      }
      return started;
    },
    async stop(withinMs) {
      ending.stopping = true;
      await inTime(Promise.all(running.values()), withinMs);
      const left = [...running.keys()];
      for (const id of left) ending.abandoned.add(id);
      const now = deps.clock.now();
      // One that cannot be written is taken over when its lease ends.
      await Promise.allSettled(
        left.map((id) => deps.store.deliveries.failed(id, now, 'the controller was stopped')),
      );
    },
  };
}

interface Ending {
  stopping: boolean;
  /** Asked for again already: how their calls end here no longer counts. */
  readonly abandoned: Set<DeliveryId>;
}

/** Never rejects: the outcome is in the store, or the lease ends by itself. */
async function callOut(
  deps: DeliverDeps,
  delivery: Delivery,
  signal: AbortSignal,
  abandoned: ReadonlySet<DeliveryId>,
): Promise<void> {
  const renewal = setInterval(() => {
    deps.store.deliveries
      .extend(delivery.id, deps.clock.now(), leaseMs)
      .catch((error: unknown) => deps.log.warn('a delivery’s lease was not renewed', { error }));
  }, renewMs);
  try {
    const to = await toBeMade(deps, delivery);
    if (to === undefined) return;
    const { ringSeconds } = deps.rule;
    const leg = {
      src: deps.access,
      dst: delivery.to,
      clid: deps.access,
      outcome: 'deliver',
      accountcode: to.mailbox?.id ?? '',
      message: delivery.message,
    };
    const result = await deps.account.dial(leg, () =>
      deps.media.dial({ number: delivery.to }, { callerNumber: deps.access, ringSeconds, signal }),
    );
    if (result.kind !== 'answered' && abandoned.has(delivery.id)) return;
    if (result.kind !== 'answered') {
      await again(deps, delivery, describe(result));
      return;
    }
    await using call = result.call;
    const end = await deps.dialogue(call, delivery);
    if (abandoned.has(delivery.id)) return;
    // Whoever took the switch over ends the call: the subscriber has not heard it out.
    if (call.released) await again(deps, delivery, 'another controller took over');
    else if (end === 'not-taken') await again(deps, delivery, 'nobody pressed a key');
    else await finish(deps, delivery);
  } catch (error) {
    if (abandoned.has(delivery.id)) return;
    deps.log.warn('a delivery failed', { error, delivery: delivery.id });
    await again(deps, delivery, error instanceof Error ? error.message : String(error)).catch(
      (fault: unknown) => deps.log.warn('a delivery waits for its lease to end', { error: fault }),
    );
  } finally {
    clearInterval(renewal);
  }
}

async function finish({ store, clock, onDue }: DeliverDeps, { id }: Delivery): Promise<void> {
  const now = clock.now();
  if (await store.deliveries.done(id, now)) onDue(now);
}

/**
 * Whose call it is, if there is still something to bring, at a time and to a number that may be called; if not, that is
 * written down.
 */
async function toBeMade(
  deps: DeliverDeps,
  delivery: Delivery,
): Promise<{ readonly mailbox: Mailbox | undefined } | undefined> {
  const { store, profiles, clock } = deps;
  const message = delivery.message === undefined ? undefined : await store.messages.get(delivery.message);
  const id = delivery.mailbox ?? message?.mailbox;
  const mailbox = id === undefined ? undefined : await store.mailboxes.get(id);
  // What is said to somebody who asked for a message that is gone is the dialogue's.
  if (mailbox === undefined) {
    if (delivery.purpose !== 'new-messages') return { mailbox };
    await finish(deps, delivery);
    return undefined;
  }
  if (delivery.purpose === 'new-messages') {
    const profile = profiles.of(mailbox);
    const filter = { states: ['new'], kinds: broughtByCall, order: 'oldest' } as const;
    const waiting = profile.deliverByCall && (await store.messages.next(mailbox.id, filter, undefined));
    if (!waiting) {
      await finish(deps, delivery);
      return undefined;
    }
    const end = delivery.urgent === true ? undefined : quietUntil(clock.now(), profile);
    if (end !== undefined) {
      await store.deliveries.putOff(delivery.id, end, 'quiet hours');
      deps.onDue(end);
      return undefined;
    }
  }
  const toll = await deps.tolls.use(mailbox, delivery.to);
  if (toll === 'allowed') return { mailbox };
  await store.deliveries.failed(delivery.id, undefined, `toll rules: ${toll}`);
  return undefined;
}

async function again(deps: DeliverDeps, delivery: Delivery, reason: string): Promise<void> {
  const givenUp = delivery.tries >= deps.rule.maxTries;
  const next = new Date(deps.clock.now().getTime() + deps.rule.retryMs);
  // A message that came during the last try has its own tries.
  await deps.store.deliveries.failed(delivery.id, givenUp ? undefined : next, reason, next);
  deps.onDue(next);
}

function describe(result: Exclude<DialResult, { kind: 'answered' }>): string {
  return result.kind === 'failed' ? `failed, cause ${result.cause}` : result.kind;
}
