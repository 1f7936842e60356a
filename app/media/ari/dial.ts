import { safeDisplay } from '../../core/address/name-addr.ts';
import { lineGroup } from '../../core/address/line-group.ts';
import type { DialOptions, DialResult, DialTarget } from '../../ports/media.ts';
import type { AriCall } from './call.ts';
import type { Calls } from './calls.ts';
import { asFault } from './leg.ts';
import type { Link } from './leg.ts';
import { trunkNamed } from './texts.ts';
import type { TextDeps, Trunk } from './texts.ts';
import { after } from '../parts/timer.ts';
import { AriError } from './wire/errors.ts';
import type { Channel } from './wire/resources.ts';

type Outcome = { readonly call: AriCall } | { readonly cause: number };

interface Waiting {
  readonly answered: (channel: Channel) => void;
  readonly ended: (cause: number) => void;
}

/** Calls that we are making: from the request to the answer or the end. */
export class Dialling {
  readonly #waiting = new Map<string, Waiting>();

  get ids(): ReadonlySet<string> {
    return new Set(this.#waiting.keys());
  }

  /** True if the channel was one of them. */
  answered(channel: Channel): boolean {
    const waiting = this.#waiting.get(channel.id);
    waiting?.answered(channel);
    return waiting !== undefined;
  }

  ended(id: string, cause: number): void {
    this.#waiting.get(id)?.ended(cause);
  }

  /** @param make makes the call at the very event of the answer, so that it sees the next one */
  wait(id: string, make: (channel: Channel) => AriCall): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        this.#waiting.delete(id);
        resolve(outcome);
      };
      this.#waiting.set(id, {
        answered: (channel) => settle({ call: make(channel) }),
        ended: (cause) => settle({ cause }),
      });
    });
  }
}

export interface DialDeps extends TextDeps {
  readonly link: Link;
  readonly dialling: Dialling;
  readonly calls: Calls;
  readonly app: string;
}

/** Q.850: no answer from user. */
const noAnswer = 19;
/** Longer than the ringing, after which an end of which no event told is assumed. */
const graceMs = 10_000;

const dialable = /^\+?[0-9A-Za-z*#._-]{1,64}$/;

/** Calls out; every way of not being answered is a result by cause. */
export async function dial(to: DialTarget, options: DialOptions, deps: DialDeps): Promise<DialResult> {
  if (!dialable.test(to.number)) return { kind: 'unallocated' };
  if (options.signal?.aborted) return { kind: 'no-answer' };
  const trunk = trunkNamed(deps, to.trunk);
  const phone = await deps.phones.find(to.number).catch((error: unknown) => {
    throw asFault(error);
  });
  const own = phone?.online ? phone.endpoint : undefined;
  const endpoint = own === undefined ? overTrunk(trunk, to.number, deps) : `PJSIP/${own}`;
  const id = deps.link.newId('out');
  const outcome = deps.dialling.wait(id, (channel) =>
    deps.calls.outgoing(channel, own ?? trunk.name, to.number),
  );
  const hangUp = () => {
    deps.link.request('DELETE', `channels/${id}`).catch(() => undefined);
    deps.dialling.ended(id, noAnswer);
  };
  const cancel = after(options.ringSeconds * 1000 + graceMs, hangUp);
  options.signal?.addEventListener('abort', hangUp);
  try {
    await originate(id, endpoint, options, deps);
    // Aborted while the request was under way: only now there is a channel to end.
    if (options.signal?.aborted) hangUp();
    const ended = await outcome;
    if ('call' in ended) return { kind: 'answered', call: ended.call };
    return { ...byCause(ended.cause), trunk: own ?? trunk.name };
  } catch (error) {
    deps.dialling.ended(id, 0);
    // Without a contact there is nothing to call, and Asterisk says 500.
    if (error instanceof AriError && error.status >= 500) return { kind: 'failed', cause: 0 };
    throw asFault(error);
  } finally {
    cancel();
    options.signal?.removeEventListener('abort', hangUp);
  }
}

/** A line gets the digits of an international number, whose type its profile tells the exchange. */
function overTrunk(trunk: Trunk, number: string, { trunks }: TextDeps): string {
  const group = lineGroup(trunks, trunk.name);
  if (group !== undefined) return `DAHDI/g${group}/${number.replace(/^\+/, '')}`;
  return `PJSIP/${trunk.name}/sip:${number}@${trunk.host}:${trunk.port}`;
}

async function originate(id: string, endpoint: string, options: DialOptions, deps: DialDeps): Promise<void> {
  await deps.link.request('POST', 'channels', undefined, {
    endpoint,
    app: deps.app,
    appArgs: `out,${id}`,
    channelId: id,
    callerId: callerId(options),
    timeout: options.ringSeconds,
  });
}

/** ITU-T Q.850 causes as Asterisk gives them for SIP answers. */
export function byCause(cause: number): Exclude<DialResult, { kind: 'answered' }> {
  switch (cause) {
    case 17:
      return { kind: 'busy' };
    case 18:
    case 19:
    case 20:
      return { kind: 'no-answer' };
    case 21:
      return { kind: 'refused' };
    case 1:
    case 22:
    case 28:
      return { kind: 'unallocated' };
    default:
      return { kind: 'failed', cause };
  }
}

function callerId(options: DialOptions): string {
  const number = options.callerNumber.replace(/[^0-9A-Za-z+*#._-]/g, '').slice(0, 64);
  const name = safeDisplay(options.callerName ?? '').replace(/["<>\\]/g, '');
  return name === '' ? `<${number}>` : `"${name}" <${number}>`;
}
