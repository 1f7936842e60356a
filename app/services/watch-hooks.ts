/** How it goes with the operator's hooks: what waits in the store, and what this controller has brought since it started. */
import { hookNameOf, hookTo } from '../core/notification/hook.ts';
import type { EventType } from '../core/event/event.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { Clock } from '../ports/clock.ts';
import type { TextGateway } from '../ports/gateway.ts';
import type { Store } from '../ports/store.ts';

/** Entries for one hook that are counted. */
const most = 10_000;

interface Brought {
  readonly count: number;
  readonly last?: Date;
}

interface Tallied {
  readonly delivered: Brought;
  readonly failed: Brought & { readonly error?: string };
}

export interface HookTally {
  /** The gateways, with that of webhooks counted. */
  over(gateways: ReadonlyMap<GatewayName, TextGateway>): ReadonlyMap<GatewayName, TextGateway>;
  of(hook: string): Tallied;
}

export interface HookState extends Tallied {
  readonly name: string;
  /** Of its address; the rest may be a secret. */
  readonly host: string;
  /** Absent: all. */
  readonly events?: readonly EventType[];
  readonly waiting: number;
  readonly oldest?: Date;
  readonly deadLetters: number;
}

export interface HookWatch {
  list(): Promise<{ readonly items: readonly HookState[]; readonly most: number }>;
}

const nothing: Tallied = { delivered: { count: 0 }, failed: { count: 0 } };

export function createHookTally(clock: Clock): HookTally {
  const tallies = new Map<string, Tallied>();
  const of = (hook: string): Tallied => tallies.get(hook) ?? nothing;
  const counted = (gateway: TextGateway): TextGateway => ({
    name: gateway.name,
    async send(text) {
      const hook = hookNameOf(text.to);
      if (hook === undefined) return gateway.send(text);
      try {
        const taken = await gateway.send(text);
        const { delivered, ...rest } = of(hook);
        tallies.set(hook, { ...rest, delivered: { count: delivered.count + 1, last: clock.now() } });
        return taken;
      } catch (error) {
        const { failed, ...rest } = of(hook);
        const why = error instanceof Error ? error.message : String(error);
        tallies.set(hook, { ...rest, failed: { count: failed.count + 1, last: clock.now(), error: why } });
        throw error;
      }
    },
  });
  return {
    of,
    over(gateways) {
      const webhook = gateways.get('webhook');
      return webhook === undefined ? gateways : new Map([...gateways, ['webhook', counted(webhook)]]);
    },
  };
}

export function createHookWatch(deps: {
  readonly store: Pick<Store, 'queues'>;
  readonly hooks: readonly {
    readonly name: string;
    readonly url: string;
    readonly events?: readonly EventType[] | undefined;
  }[];
  readonly tally: Pick<HookTally, 'of'>;
}): HookWatch {
  return {
    async list() {
      const items = await Promise.all(
        deps.hooks.map(async ({ name, url, events }): Promise<HookState> => ({
          name,
          host: new URL(url).host,
          ...(events === undefined ? {} : { events }),
          ...(await deps.store.queues.addressee(hookTo(name), most)),
          ...deps.tally.of(name),
        })),
      );
      return { items, most };
    },
  };
}
