/** Phones that subscribe to waiting messages (RFC 3842 with RFC 6665). The server keeps their dialogs and forgets none by itself. */
import { parseNameAddr } from '../../core/address/name-addr.ts';
import { isFault } from '../../core/errors.ts';
import type { LampClasses } from '../../core/mailbox/lamp.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Lamp } from '../../ports/media.ts';
import type { Subscription, SubscriptionStore } from '../../ports/subscriptions.ts';
import { gone } from './frame-gate.ts';
import type { SipLink } from './link.ts';
import type { Peers } from './peers.ts';
import { answer, hasTag, inAddress, type SipReply, type SipRequest } from './sip.ts';
import { summaryOf } from './summary.ts';

export interface SubscriptionsDeps {
  readonly peers: Peers;
  readonly store: SubscriptionStore;
  readonly clock: Clock;
  readonly log: Log;
  /** A number as phones write it, in E.164; `undefined` for what is none. */
  readonly parse: (raw: string) => string | undefined;
  /** What the lamp of a number shows now; `undefined` = not served here. @throws Fault of the store */
  readonly lampOf: (number: string) => Promise<LampClasses | undefined>;
  /** Bounds of a subscription's time, in seconds. */
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** How often it is looked for those that ended, in milliseconds. */
  readonly sweepMs: number;
}

const eventPackage = 'message-summary';
const summaryType = 'application/simple-message-summary';
/** Where the phone names no time (RFC 3842, section 3.4), in seconds. */
const defaultSeconds = 3600;
/** Answers that end the subscription they were given in (RFC 6665, section 4.2.2, and RFC 5057, section 5.1). */
const ending: ReadonlySet<number> = new Set([
  404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604,
]);
/** Most that are told of their end in one look. */
const mostEnded = 200;

type State = 'active' | `terminated;reason=${'timeout' | 'noresource' | 'probation;retry-after=60'}`;

interface Telling {
  /** What is to be told after what is being told now. */
  next?: { readonly subscription: Subscription; readonly state: State; readonly classes: LampClasses };
}

export class Subscriptions implements Disposable {
  readonly #deps: SubscriptionsDeps;
  readonly #link: () => Pick<SipLink, 'request' | 'up' | 'sip'>;
  /** By dialog: a phone is told one thing after the other (RFC 6665, section 4.2.2). */
  readonly #telling = new Map<string, Telling>();
  readonly #timer: NodeJS.Timeout;
  #sweeping = false;

  constructor(deps: SubscriptionsDeps, link: () => Pick<SipLink, 'request' | 'up' | 'sip'>) {
    this.#deps = deps;
    this.#link = link;
    this.#timer = setInterval(() => void this.#sweep(), deps.sweepMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Tells the phones that subscribed to this number. @throws Fault of the store; temporary without the server */
  async setLamp({ mailbox, classes }: Lamp): Promise<void> {
    const { store, clock } = this.#deps;
    const phones = await store.of(mailbox, clock.now());
    if (phones.length > 0 && !this.#link().up) throw gone();
    for (const phone of phones) this.#tell(phone, 'active', classes);
  }

  /** Answers a SUBSCRIBE. */
  async take(request: SipRequest): Promise<SipReply> {
    const { peers } = this.#deps;
    const { address, port } = request.peer;
    if (!peers.isPhone(address) && (await peers.trunkOf(address, port)) === undefined) return answer(403);
    const [event = ''] = (request.header('event') ?? '').split(';');
    if (event.trim().toLowerCase() !== eventPackage) return answer(489, { 'Allow-Events': eventPackage });
    if (!acceptsSummary(request.header('accept'))) return answer(406, { Accept: summaryType });
    const seconds = this.#secondsOf(request.header('expires'));
    if (typeof seconds !== 'number') return seconds;
    if (request.dialog !== '') return this.#again(request.dialog, seconds);
    // The server that had this dialog has started anew: the phone is to begin again.
    if (hasTag(request.header('to'))) return answer(481);
    return this.#begin(request, seconds);
  }

  /** For how long, or what is answered instead. */
  #secondsOf(expires: string | undefined): number | SipReply {
    const { minSeconds, maxSeconds } = this.#deps;
    if (expires === undefined) return Math.min(defaultSeconds, maxSeconds);
    if (!/^\s*\d{1,10}\s*$/.test(expires)) return answer(400);
    const seconds = Number(expires);
    if (seconds > 0 && seconds < minSeconds) return answer(423, { 'Min-Expires': String(minSeconds) });
    return Math.min(seconds, maxSeconds);
  }

  async #begin(request: SipRequest, seconds: number): Promise<SipReply> {
    const { parse, lampOf, store, log } = this.#deps;
    const address = parseNameAddr(request.uri);
    const number = address === undefined ? undefined : parse(address.user);
    const classes = number === undefined ? undefined : await lampOf(number);
    if (address === undefined || number === undefined || classes === undefined) return answer(404);
    const account = `sip:${inAddress(address.user)}@${address.host.replace(/[^a-z0-9.:[\]-]/g, '')}`;
    const expires = this.#end(seconds);
    return {
      kind: 'answer',
      status: 200,
      headers: { Expires: String(seconds) },
      sent: (dialog) => {
        const subscription = { dialog, number, account, expires };
        if (seconds === 0) return this.#tell(subscription, 'terminated;reason=timeout', classes);
        store.keep(subscription).then(
          () => this.#tellNow(subscription, 'active'),
          (error: unknown) => {
            log.warn('a subscription was not kept; the phone is asked to come again', { error });
            this.#tell(subscription, 'terminated;reason=probation;retry-after=60', classes);
          },
        );
      },
    };
  }

  /** A refresh, or the end that the phone asks for. */
  async #again(dialog: string, seconds: number): Promise<SipReply> {
    const { store } = this.#deps;
    const expires = this.#end(seconds);
    const known = seconds === 0 ? await store.forget(dialog) : await store.extend(dialog, expires);
    if (known === undefined) return answer(481);
    const state = seconds === 0 ? 'terminated;reason=timeout' : 'active';
    return {
      kind: 'answer',
      status: 200,
      headers: { Expires: String(seconds) },
      sent: () => void this.#tellNow({ ...known, expires }, state),
    };
  }

  #end(seconds: number): Date {
    return new Date(this.#deps.clock.now().getTime() + seconds * 1000);
  }

  /** Tells what the store has now. */
  async #tellNow(subscription: Subscription, state: State): Promise<void> {
    try {
      const classes = await this.#deps.lampOf(subscription.number);
      if (classes === undefined) this.#tell(subscription, 'terminated;reason=noresource', {});
      else this.#tell(subscription, state, classes);
    } catch (error) {
      this.#deps.log.warn('a phone is told later', { error });
      // Its subscription is over all the same, and without a last word the server would keep it.
      if (state !== 'active') this.#tell(subscription, state, {});
    }
  }

  #tell(subscription: Subscription, state: State, classes: LampClasses): void {
    const running = this.#telling.get(subscription.dialog);
    const what = { subscription, state, classes };
    // What ends it stays the last.
    if (running !== undefined && (running.next === undefined || running.next.state === 'active'))
      running.next = what;
    if (running !== undefined) return;
    const telling: Telling = { next: what };
    this.#telling.set(subscription.dialog, telling);
    void this.#tellAll(subscription.dialog, telling);
  }

  async #tellAll(dialog: string, telling: Telling): Promise<void> {
    for (let next = telling.next; next !== undefined; next = telling.next) {
      delete telling.next;
      try {
        await this.#notify(next.subscription, next.state, next.classes);
      } catch (error) {
        this.#deps.log.info('a phone was not told of its messages', { error });
      }
    }
    this.#telling.delete(dialog);
  }

  async #notify(subscription: Subscription, state: State, classes: LampClasses): Promise<void> {
    const { clock, store } = this.#deps;
    const { dialog, account, expires } = subscription;
    const left = Math.max(0, Math.ceil((expires.getTime() - clock.now().getTime()) / 1000));
    const out = {
      method: 'NOTIFY',
      uri: 'sip:placeholder',
      dialog,
      body: summaryOf(account, classes),
    };
    const headers = {
      Event: eventPackage,
      'Content-Type': summaryType,
      Contact: `<sip:mwi@${this.#link().sip}>`,
    };
    const withState = (text: string) =>
      this.#link().request({ ...out, headers: { ...headers, 'Subscription-State': text } });
    try {
      const { status } = await withState(state === 'active' ? `active;expires=${left}` : state);
      if (state !== 'active' || !ending.has(status)) return;
      await store.forget(dialog);
      // Only after a last word does the server let go of the dialog.
      await withState('terminated;reason=noresource');
    } catch (error) {
      if (!isFault(error, 'not-found')) throw error;
      await store.forget(dialog);
    }
  }

  /** Those whose time is over are told so, each by one node. */
  async #sweep(): Promise<void> {
    if (this.#sweeping || !this.#link().up) return;
    this.#sweeping = true;
    try {
      for (let n = 0; n < mostEnded && this.#link().up; n++) {
        const ended = await this.#deps.store.takeExpired(this.#deps.clock.now());
        if (ended === undefined) break;
        await this.#tellNow(ended, 'terminated;reason=timeout');
      }
    } catch (error) {
      this.#deps.log.debug('subscriptions that ended are seen to later', { error });
    } finally {
      this.#sweeping = false;
    }
  }
}

/** Without an Accept it is the one type of the package (RFC 3842, section 3.6). */
function acceptsSummary(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  const types = accept.split(',').map((one) => one.replace(/;.*$/s, '').trim().toLowerCase());
  return types.some((type) => type === summaryType || type === 'application/*' || type === '*/*');
}
