import type { BindSlice } from '../../../app/gateways/smpp/bind.ts';
import { openSmppGateway, type SmppDeps, type SmppGateway } from '../../../app/gateways/smpp/open.ts';
import type { TextReport } from '../../../app/ports/gateway.ts';
import type { InboundText } from '../../../app/ports/media.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { openSmsc, type Smsc, type SmscOptions } from '../../smsc/smsc.ts';

export const to = '+12025550147';
export const from = '+12025550199';
export const times = {
  connectMs: 2000,
  responseMs: 1000,
  enquireMs: 200,
  reconnectMs: 50,
  longestReconnectMs: 200,
};

/** A gateway of one bind at a simulated SMSC, and what it takes in. */
export class World implements AsyncDisposable {
  readonly smsc: Smsc;
  readonly gateway: SmppGateway;
  readonly texts: InboundText[] = [];
  readonly reports: TextReport[] = [];
  /** Rejects where a text cannot be made safe. */
  onText: (text: InboundText) => Promise<void> = async () => undefined;
  #n = 0;

  constructor(smsc: Smsc, change: Partial<BindSlice>, deps: Partial<SmppDeps>) {
    this.smsc = smsc;
    const slice: BindSlice = {
      name: 'home',
      host: '127.0.0.1',
      port: smsc.port,
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
      ...change,
    };
    this.gateway = openSmppGateway([slice], {
      log: silentLog,
      times,
      settleMs: 50,
      parts: { holdMs: 100, incompleteMs: 400 },
      onText: async (text) => {
        await this.onText(text);
        this.texts.push(text);
      },
      onReport: async (report) => void this.reports.push(report),
      ...deps,
    });
  }

  send(body: string, id = `text-${(this.#n += 1)}`, firstTried?: Date) {
    return this.gateway.send({ id, to, body, ...(firstTried === undefined ? {} : { firstTried }) });
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
  const world = new World(await openSmsc(smsc), change, deps);
  const isBound = () => world.gateway.bound.length > 0 && world.smsc.receivers > 0;
  const most = change.tls === true || change.password !== undefined ? 500 : 5000;
  for (const deadline = Date.now() + most; !isBound() && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return world;
}
