import type { BindSlice } from '../../../app/gateways/smpp/bind.ts';
import { openSmppGateway, type SmppDeps, type SmppGateway } from '../../../app/gateways/smpp/open.ts';
import type { TextReport } from '../../../app/ports/gateway.ts';
import type { ArrivingPart } from '../../../app/ports/arrivals.ts';
import type { InboundText } from '../../../app/ports/media.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { openSmsc, type Smsc, type SmscOptions } from '../../../scripts/smsc/smsc.ts';

export const to = '+12025550147';
export const from = '+12025550199';
export const times = {
  connectMs: 2000,
  responseMs: 1000,
  enquireMs: 200,
  reconnectMs: 50,
  longestReconnectMs: 200,
};

const usual = {
  name: 'home',
  host: '127.0.0.1',
  tls: false,
  mode: 'transceiver',
  systemId: 'answerback',
  password: 'secret',
  systemType: '',
  addressRange: '',
  from,
  window: 10,
  perSecond: 1000,
  alphabet: 'gsm',
  long: 'udh',
  callback: 'none',
  waiting: false,
  bareNumbers: 'national',
  prefixes: [],
} as const;

/** A gateway of one bind at a simulated SMSC, or of several, and what it takes in. */
export class World implements AsyncDisposable {
  readonly smsc: Smsc;
  readonly gateway: SmppGateway;
  readonly texts: InboundText[] = [];
  readonly reports: TextReport[] = [];
  readonly parts: ArrivingPart[] = [];
  /** Rejects where a text cannot be made safe. */
  onText: (text: InboundText) => Promise<void> = async () => undefined;
  /** Rejects where a part cannot be kept. */
  onPart: (part: ArrivingPart) => Promise<void> = async () => undefined;
  #n = 0;

  /** @param changes what is special about each bind; one bind if there is but one */
  constructor(smsc: Smsc, changes: readonly Partial<BindSlice>[], deps: Partial<SmppDeps>) {
    this.smsc = smsc;
    const slices = changes.map((change): BindSlice => ({ ...usual, port: smsc.port, ...change }));
    this.gateway = openSmppGateway(slices, {
      log: silentLog,
      times,
      settleMs: 50,
      onText: async (text) => {
        await this.onText(text);
        this.texts.push(text);
      },
      onPart: async (part) => {
        await this.onPart(part);
        this.parts.push(part);
      },
      onReport: async (report) => void this.reports.push(report),
      ...deps,
    });
  }

  send(body: string, id = `text-${(this.#n += 1)}`, firstTried?: Date, number = to) {
    return this.gateway.send({ id, to: number, body, ...(firstTried === undefined ? {} : { firstTried }) });
  }

  /** Tries until it is bound again and the SMSC takes it, as the services do. */
  async sendAgain(body: string, id: string) {
    for (const deadline = Date.now() + 5000; ;) {
      try {
        return await this.send(body, id, new Date());
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    await this.smsc[Symbol.asyncDispose]();
  }
}

/** Resolves when it is bound, or can be seen not to be. */
export async function openWorld(
  change: Partial<BindSlice> = {},
  smsc: SmscOptions = {},
  deps: Partial<SmppDeps> = {},
): Promise<World> {
  const world = new World(await openSmsc(smsc), [change], deps);
  const isBound = () => world.gateway.bound.length > 0 && world.smsc.receivers > 0;
  const most =
    (change.tls === true && change.tlsCa === undefined) || change.password !== undefined ? 500 : 5000;
  for (const deadline = Date.now() + most; !isBound() && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return world;
}
