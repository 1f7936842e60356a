import type { SipEdgeDeps, SipEdgeSlice, SipEdge } from '../../../app/gateways/sip-edge/open.ts';
import { openSipEdge } from '../../../app/gateways/sip-edge/open.ts';
import type { LampClasses } from '../../../app/core/mailbox/lamp.ts';
import type { InboundText } from '../../../app/ports/media.ts';
import type { Subscription, SubscriptionStore } from '../../../app/ports/subscriptions.ts';
import { keepingLog, type LogLine } from '../../ports/silent-log.ts';
import { openDrachtioDouble, type DrachtioDouble } from './double.ts';
import type { DoubleOptions, Peer } from './peers.ts';
import type { SipMessage } from './message.ts';

export const trunkPeer: Peer = { protocol: 'udp', address: '10.0.0.5', port: 5060 };
export const phonePeer: Peer = { protocol: 'udp', address: '10.1.0.7', port: 5070 };
export const stranger: Peer = { protocol: 'udp', address: '203.0.113.9', port: 5060 };
export const subscriber = '+12025550147';
export const access = '+12025550199';

const slice = {
  host: '127.0.0.1',
  secret: 's3cret',
  node: 'home',
  texts: true,
  trunk: 'trunk',
  transport: 'udp',
  domain: 'localhost',
  maxTextBytes: 4096,
  phones: ['10.1.0.0/16'],
  subscriptions: { minSeconds: 60, maxSeconds: 3600 },
  trunks: [
    { name: 'trunk', host: '10.0.0.5', port: 5060, trusted: true },
    { name: 'other', host: 'other.example', port: 5060, trusted: false },
  ],
  numbers: {
    access: [access],
    country: 'US',
    ranges: [{ prefix: '+1202555', class: 'standard' }],
    extensionPrefix: undefined,
  },
} as const;

export const times = {
  connectMs: 1500,
  reconnectMs: 20,
  longestReconnectMs: 100,
  answerMs: 2000,
  handlerMs: 1500,
  drainMs: 1000,
};

/** An edge at a double of the server, and what comes of it. */
export class World implements AsyncDisposable {
  readonly double: DrachtioDouble;
  readonly edge: SipEdge;
  readonly texts: InboundText[] = [];
  readonly log: LogLine[] = [];
  readonly store = new MemorySubscriptions();
  lamp: LampClasses = { 'voice-message': { new: 1, old: 4, urgent: 0 } };
  /** How long after now it is. */
  laterMs = 0;
  onText: (text: InboundText) => Promise<void> = async () => undefined;
  #n = 0;

  constructor(double: DrachtioDouble, changes: Partial<SipEdgeSlice>, deps: Partial<SipEdgeDeps>) {
    this.double = double;
    this.edge = openSipEdge(
      { ...slice, port: double.port, ...changes },
      {
        log: keepingLog(this.log),
        clock: { now: () => new Date(Date.now() + this.laterMs) },
        onText: async (text) => {
          await this.onText(text);
          // The store knows a text by its id.
          if (!this.texts.some(({ id }) => id === text.id)) this.texts.push(text);
        },
        subscriptions: this.store,
        lampOf: async (number) => (number.startsWith('+1202555') ? this.lamp : undefined),
        sweepMs: 20,
        resolve: async (host) => (host === 'other.example' ? ['10.0.0.6'] : []),
        ...deps,
        times: { ...times, ...deps.times },
      },
    );
  }

  /** Until it is there, and new requests come to it. */
  ready(): Promise<void> {
    return until(() => this.edge.up && this.double.routed('message') > 0);
  }

  /** A MESSAGE with these headers over the usual ones. */
  text(
    body: string,
    {
      peer = trunkPeer,
      to = subscriber,
      ...more
    }: { peer?: Peer; to?: string; headers?: Headers; cseq?: number; callId?: string } = {},
  ): Promise<SipMessage> {
    const { callId = `t-${(this.#n += 1)}@sbc`, cseq = 1 } = more;
    const headers = { 'Content-Type': 'text/plain', ...more.headers };
    return this.double.arrives(request('MESSAGE', to, { callId, cseq, headers, body }), peer);
  }

  subscribe(
    headers: Headers = {},
    peer = phonePeer,
    callId = `s-${(this.#n += 1)}@phone`,
    toTag = '',
  ): Promise<SipMessage> {
    const all = { Event: 'message-summary', Contact: '<sip:1001@10.1.0.7:5070>', ...headers };
    const raw = request('SUBSCRIBE', subscriber, {
      callId,
      cseq: (this.#n += 1),
      headers: all,
      body: '',
      toTag,
    });
    return this.double.arrives(raw, peer);
  }

  call(to: string, headers: Headers = {}, peer = trunkPeer): Promise<SipMessage> {
    const all = { Contact: '<sip:bob@10.0.0.5>', ...headers };
    return this.double.arrives(
      request('INVITE', to, { callId: `c-${(this.#n += 1)}@sbc`, cseq: 1, headers: all, body: '' }),
      peer,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.edge[Symbol.asyncDispose]();
    await this.double[Symbol.asyncDispose]();
  }
}

type Headers = Readonly<Record<string, string>>;

export async function openWorld(
  changes: Partial<SipEdgeSlice> = {},
  options: Partial<DoubleOptions> = {},
  deps: Partial<SipEdgeDeps> = {},
): Promise<World> {
  const world = new World(await openDrachtioDouble({ secret: 's3cret', ...options }), changes, deps);
  await world.ready();
  return world;
}

/** A request as it is on the wire; `headers` over the usual ones. */
export function request(
  method: string,
  to: string,
  {
    callId,
    cseq,
    headers,
    body,
    toTag = '',
  }: { callId: string; cseq: number; headers: Headers; body: string; toTag?: string },
): string {
  const uri = to.startsWith('sip') || to.startsWith('tel') ? to : `sip:${to}@127.0.0.1:5260`;
  const usual: Headers = {
    Via: 'SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK-1',
    From: '"Alice" <sip:+12025550123@example.net>;tag=1f',
    To: `<sip:${subscriber}@example.org>${toTag}`,
    'Call-ID': callId,
    CSeq: `${cseq} ${method}`,
    'Max-Forwards': '70',
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(usual).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${uri} SIP/2.0\r\n${lines.join('')}\r\n${body}`;
}

/** Subscriptions without a store; those of the store are in test/storage. */
export class MemorySubscriptions implements SubscriptionStore {
  readonly all = new Map<string, Subscription>();
  away: Error | undefined;

  async keep(subscription: Subscription): Promise<void> {
    if (this.away) throw this.away;
    this.all.set(subscription.dialog, subscription);
  }

  async extend(dialog: string, expires: Date): Promise<Subscription | undefined> {
    const known = this.all.get(dialog);
    if (known !== undefined) this.all.set(dialog, { ...known, expires });
    return this.all.get(dialog);
  }

  async of(number: string, now: Date): Promise<Subscription[]> {
    return [...this.all.values()].filter((one) => one.number === number && one.expires > now);
  }

  async forget(dialog: string): Promise<Subscription | undefined> {
    const known = this.all.get(dialog);
    this.all.delete(dialog);
    return known;
  }

  async takeExpired(now: Date): Promise<Subscription | undefined> {
    const ended = [...this.all.values()].find(({ expires }) => expires <= now);
    if (ended !== undefined) this.all.delete(ended.dialog);
    return ended;
  }
}

export async function until(reached: () => boolean, mostMs = 5000): Promise<void> {
  const end = performance.now() + mostMs;
  while (!reached()) {
    if (performance.now() > end) throw new Error(`it did not come to: ${reached.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
