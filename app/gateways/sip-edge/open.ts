/** The SIP edge: texts, message waiting and calls by way of a drachtio-server, which speaks SIP for us (docs/sip-edge.md). */
import { createNumberPlan, type NumberPlanOptions } from '../../core/address/number-plan.ts';
import { Fault } from '../../core/errors.ts';
import type { LampClasses } from '../../core/mailbox/lamp.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TextGateway } from '../../ports/gateway.ts';
import type { Log } from '../../ports/log.ts';
import type { InboundText, Lamp, Registration } from '../../ports/media.ts';
import type { SubscriptionStore } from '../../ports/subscriptions.ts';
import { openDoor, type DoorSlice } from './door.ts';
import { defaultTimes, SipLink, type LinkSettings, type LinkTimes } from './link.ts';
import { Nodes, type EdgeNode } from './nodes.ts';
import { Peers, type EdgeTrunk, type Resolve } from './peers.ts';
import { takeRegistrations } from './registrations.ts';
import { answer, tryLater, type SipHandler } from './sip.ts';
import { Subscriptions } from './subscriptions.ts';
import { takeTexts } from './texts-in.ts';
import { sendTexts } from './texts-out.ts';

/** The section `sipEdge` of the configuration, with its secret and what it uses of others. */
export interface SipEdgeSlice extends LinkSettings {
  readonly texts: boolean;
  readonly trunk: string;
  readonly transport: 'udp' | 'tcp';
  readonly domain: string;
  readonly maxTextBytes: number;
  readonly phones: readonly string[];
  readonly subscriptions: { readonly minSeconds: number; readonly maxSeconds: number };
  readonly door?:
    | (Omit<DoorSlice, 'name'> & { readonly nodes: readonly EdgeNode[]; readonly probeMs: number })
    | undefined;
  /** Name of this node. */
  readonly node: string;
  readonly trunks: readonly EdgeTrunk[];
  readonly numbers: NumberPlanOptions;
}

export interface SipEdgeDeps {
  readonly log: Log;
  readonly clock: Clock;
  /** Takes a text; resolved = safe. The same id can come again. */
  readonly onText: (text: InboundText) => Promise<void>;
  readonly subscriptions: SubscriptionStore;
  /** What the lamp of a number shows now; `undefined` = not served here. */
  readonly lampOf: (number: string) => Promise<LampClasses | undefined>;
  /** Told of whom a network that is believed has registered. */
  readonly onRegistered?: (registration: Registration) => void;
  /** Whether calls and texts can be worked on; default always. */
  readonly healthy?: () => boolean;
  readonly times?: Partial<LinkTimes>;
  /** How often it is looked for subscriptions that ended, in milliseconds; default 5 seconds. */
  readonly sweepMs?: number;
  readonly resolve?: Resolve;
}

export interface SipEdge extends AsyncDisposable {
  /** Whether the server is connected. */
  readonly up: boolean;
  /** Sends texts in place of the switch, where the configuration says so. */
  readonly gateway: (TextGateway & AsyncDisposable) | undefined;
  /** Tells the phones that subscribed to this number. */
  setLamp(lamp: Lamp): Promise<void>;
}

const allowed = 'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, SUBSCRIBE, NOTIFY, REGISTER';

/** Connects in the background. @throws Fault `config-invalid` if there is no such trunk */
export function openSipEdge(slice: SipEdgeSlice, deps: SipEdgeDeps): SipEdge {
  const log = deps.log.child({ gateway: 'sip-edge' });
  const plan = createNumberPlan(slice.numbers);
  const peers = new Peers(slice.trunks, slice.phones, deps.resolve);
  const trunk = slice.trunks.find((one) => one.name === slice.trunk);
  if (trunk === undefined)
    throw new Fault('config-invalid', `sipEdge.trunk: no trunk ${slice.trunk}`, { temporary: false });
  const connected = (): SipLink => link;
  const { minSeconds, maxSeconds } = slice.subscriptions;
  const subscriptions = new Subscriptions(
    {
      peers,
      store: deps.subscriptions,
      clock: deps.clock,
      log,
      parse: (raw) => plan.parse(raw),
      lampOf: deps.lampOf,
      minSeconds,
      maxSeconds,
      sweepMs: deps.sweepMs ?? 5000,
    },
    connected,
  );
  const { door } = slice;
  const nodes = door === undefined ? undefined : new Nodes(door.nodes, door.probeMs, connected, log);
  const handlers = new Map<string, SipHandler>([
    ['message', takeTexts({ peers, mostBytes: slice.maxTextBytes, onText: deps.onText, log })],
    ['subscribe', (request) => subscriptions.take(request)],
    [
      'options',
      async () => {
        const able = !link.draining && (deps.healthy?.() ?? true);
        return able ? answer(200, { Allow: allowed, Accept: 'application/sdp, text/plain' }) : tryLater();
      },
    ],
  ]);
  const { onRegistered = () => undefined } = deps;
  handlers.set(
    'register',
    takeRegistrations({
      peers,
      parse: (raw) => plan.parse(raw),
      onRegistered,
      now: () => deps.clock.now().getTime(),
    }),
  );
  if (door !== undefined && nodes !== undefined)
    handlers.set('invite', openDoor({ ...door, name: slice.node }, { peers, plan, owners: nodes }));
  const link = new SipLink(slice, handlers, log, { ...defaultTimes, ...deps.times });
  const [from = ''] = slice.numbers.access;
  const close = async (): Promise<void> => {
    subscriptions[Symbol.dispose]();
    nodes?.[Symbol.dispose]();
    await link[Symbol.asyncDispose]();
  };
  const { domain, transport } = slice;
  return {
    get up() {
      return link.up;
    },
    gateway: slice.texts
      ? { ...sendTexts({ from, domain, trunk, transport }, link), [Symbol.asyncDispose]: async () => {} }
      : undefined,
    setLamp: (lamp) => subscriptions.setLamp(lamp),
    [Symbol.asyncDispose]: close,
  };
}
