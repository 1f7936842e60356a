/** The command line of the bench of scale. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../stack/machine.ts';

export const whole = 1_000_000;

const parts = ['questions', 'api', 'memory', 'sweep'] as const;
export type ScalePart = (typeof parts)[number];

export interface ScaleOptions {
  readonly messages: number;
  readonly against: number;
  readonly rounds: number;
  readonly minutes: number;
  /** How long lists are asked for over the API, of each store. */
  readonly apiSeconds: number;
  readonly indexes: 'before' | 'after';
  readonly store: boolean;
  /** Of the store. */
  readonly parts: ReadonlySet<ScalePart>;
  /** Folder with a filled store, used again where there is one; absent: filled anew and removed. */
  readonly keep: string | undefined;
  readonly native: boolean;
  /** Folder of the reports; absent: they are only printed. */
  readonly out: string | undefined;
}

/** @throws Error that says what is wrong */
export function readOptions(): ScaleOptions {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: String(whole) },
      against: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '40' },
      'sweep-minutes': { type: 'string', default: '30' },
      'api-seconds': { type: 'string', default: '60' },
      indexes: { type: 'string', default: 'before' },
      only: { type: 'string', multiple: true },
      keep: { type: 'string' },
      skip: { type: 'string', multiple: true },
      out: { type: 'string' },
    },
  });
  const number = (
    name: 'messages' | 'against' | 'rounds' | 'sweep-minutes' | 'api-seconds',
    least: number,
  ): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least || value > 5 * whole)
      throw new Error(`--${name} ${values[name]}: a whole number from ${least} to ${5 * whole}`);
    return value;
  };
  const messages = number('messages', 1500);
  const { indexes } = values;
  if (indexes !== 'before' && indexes !== 'after') throw new Error(`--indexes ${indexes}: before or after`);
  const { only = parts, keep } = values;
  const chosen = new Set(parts.filter((part) => only.includes(part)));
  if (chosen.size < only.length) throw new Error(`--only ${only.join()}: some of ${parts.join()}`);
  if (keep !== undefined && (chosen.has('sweep') || chosen.has('memory')))
    throw new Error('--keep: a sweep removes what is to be kept; with it --only questions or api');
  return {
    messages,
    parts: chosen,
    keep: keep === undefined ? undefined : resolve(keep),
    against: number('against', 1500),
    rounds: number('rounds', 1),
    minutes: number('sweep-minutes', 1),
    apiSeconds: number('api-seconds', 1),
    indexes,
    store: values.skip?.includes('store') !== true,
    native: values.skip?.includes('native') !== true && values.only === undefined,
    out:
      values.out ??
      (messages === whole && chosen.size === parts.length ? join(checkout, 'docs/benchmarks') : undefined),
  };
}
