import { randomUUID } from 'node:crypto';
import { safeDisplay } from '../../core/address/name-addr.ts';
import type { DialOptions, DialResult, DialTarget } from '../../ports/media.ts';
import type { EslCall } from './call.ts';
import { causeOf } from './leg.ts';
import { asFault } from './line.ts';
import { trunkNamed, type TextDeps } from './texts.ts';
import { originateValue } from './wire/command.ts';
import { EslError } from './wire/errors.ts';

/** The variable of the channel that marks a call of ours, and names the trunk or the phone that it went to. */
export const outVariable = 'answerback_out';

/** Calls that we are making: from the answer to the hand-over. */
export class Dialling {
  readonly #waiting = new Map<string, (call: EslCall) => void>();

  /** True if the channel was one of them. */
  answered(id: string, call: EslCall): boolean {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(call);
    return waiting !== undefined;
  }

  wait(id: string): { readonly call: Promise<EslCall>; readonly stop: () => void } {
    const call = new Promise<EslCall>((resolve) => this.#waiting.set(id, resolve));
    return { call, stop: () => void this.#waiting.delete(id) };
  }
}

export interface DialDeps extends Pick<TextDeps, 'connection' | 'trunks' | 'trunk' | 'domain'> {
  readonly dialling: Dialling;
  /** Where the switch hands calls over, as it dials it: `host:port`. */
  readonly address: string;
}

/** So long the hand-over of a call that was answered may take, in milliseconds. */
const handOverMs = 5000;
const dialable = /^\+?[0-9A-Za-z*#._-]{1,64}$/;

/** Calls out; every way of not being answered is a result by cause. A registered phone of the number comes first. */
export async function dial(to: DialTarget, options: DialOptions, deps: DialDeps): Promise<DialResult> {
  if (!dialable.test(to.number)) return { kind: 'unallocated' };
  if (options.signal?.aborted) return { kind: 'no-answer' };
  const trunk = trunkNamed(deps, to.trunk);
  const phone = { name: to.number, address: `user/${to.number}@${deps.domain}` };
  const own = await attempt(phone, options, deps);
  if (own !== 'USER_NOT_REGISTERED' && own !== 'SUBSCRIBER_ABSENT') return resultOf(own, phone.name);
  if (options.signal?.aborted) return { kind: 'no-answer' };
  const network = { name: trunk.name, address: `sofia/gateway/${trunk.name}/${to.number}` };
  return resultOf(await attempt(network, options, deps), network.name);
}

interface Target {
  /** As calls and accounts name it. */
  readonly name: string;
  readonly address: string;
}

const cancelled = 'ORIGINATOR_CANCEL';
/** A call that is given up before the switch has made its channel is asked to end again so often. */
const killMs = 250;

/** Answers the call, or the switch's name of the cause. */
async function attempt(target: Target, options: DialOptions, deps: DialDeps): Promise<EslCall | string> {
  const id = randomUUID();
  const waiting = deps.dialling.wait(id);
  const kill = (): void => tellToEnd(id, deps);
  let again: NodeJS.Timeout | undefined;
  const hangUp = (): void => {
    kill();
    again = setInterval(kill, killMs);
  };
  options.signal?.addEventListener('abort', hangUp);
  try {
    const variables = settings(id, target.name, options);
    await deps
      .connection()
      .bgapi(`originate {${variables}}${target.address} '&socket(${deps.address} async full)'`);
    const call = options.signal?.aborted ? cancelled : await inTime(waiting.call);
    if (typeof call !== 'string' && !options.signal?.aborted) return call;
    // It was answered, and nobody wants it any more.
    kill();
    return typeof call === 'string' ? call : cancelled;
  } catch (error) {
    if (error instanceof EslError && error.reply.startsWith('-ERR '))
      return error.reply.slice('-ERR '.length);
    throw asFault(error);
  } finally {
    waiting.stop();
    clearInterval(again);
    options.signal?.removeEventListener('abort', hangUp);
  }
}

/** Without a connection it cannot be told; when the call is answered there is nobody to take it, and it is hung up then. */
function tellToEnd(id: string, deps: DialDeps): void {
  try {
    deps
      .connection()
      .command(`api uuid_kill ${id} ${cancelled}`)
      .catch(() => undefined);
  } catch {
    // Not connected.
  }
}

function settings(id: string, target: string, options: DialOptions): string {
  const number = options.callerNumber.replace(/[^0-9A-Za-z+*#._-]/g, '').slice(0, 64);
  const name = safeDisplay(options.callerName ?? '').replace(/[",<>\\']/g, '');
  const all: Readonly<Record<string, string>> = {
    origination_uuid: id,
    origination_caller_id_number: number,
    ...(name === '' ? {} : { origination_caller_id_name: name }),
    ignore_early_media: 'true',
    originate_timeout: String(options.ringSeconds),
    [outVariable]: target,
    playback_terminators: 'none',
    enable_file_write_buffering: 'false',
  };
  return Object.entries(all)
    .map(([variable, value]) => `${variable}=${originateValue(value)}`)
    .join(',');
}

async function inTime(call: Promise<EslCall>): Promise<EslCall | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>(
    (resolve) => (timer = setTimeout(() => resolve('NORMAL_TEMPORARY_FAILURE'), handOverMs)),
  );
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

function resultOf(outcome: EslCall | string, trunk: string): DialResult {
  return typeof outcome === 'string' ? { ...byCause(outcome), trunk } : { kind: 'answered', call: outcome };
}

function byCause(outcome: string): Exclude<DialResult, { kind: 'answered' }> {
  switch (outcome) {
    case 'USER_BUSY':
      return { kind: 'busy' };
    case 'NO_ANSWER':
    case 'NO_USER_RESPONSE':
    case 'ORIGINATOR_CANCEL':
    case 'ALLOTTED_TIMEOUT':
      return { kind: 'no-answer' };
    case 'CALL_REJECTED':
      return { kind: 'refused' };
    case 'UNALLOCATED_NUMBER':
    case 'NO_ROUTE_DESTINATION':
    case 'NUMBER_CHANGED':
    case 'INVALID_NUMBER_FORMAT':
      return { kind: 'unallocated' };
    default:
      return { kind: 'failed', cause: causeOf(outcome) };
  }
}
