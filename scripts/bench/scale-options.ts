/** The command line of the bench of scale. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../stack/machine.ts';

export const whole = 1_000_000;

export interface ScaleOptions {
  readonly messages: number;
  readonly against: number;
  readonly rounds: number;
  readonly minutes: number;
  /** How long lists are asked for over the API, of each store. */
  readonly apiSeconds: number;
  readonly indexes: 'before' | 'after';
  readonly store: boolean;
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
  return {
    messages,
    against: number('against', 1500),
    rounds: number('rounds', 1),
    minutes: number('sweep-minutes', 1),
    apiSeconds: number('api-seconds', 1),
    indexes,
    store: values.skip?.includes('store') !== true,
    native: values.skip?.includes('native') !== true,
    out: values.out ?? (messages === whole ? join(checkout, 'docs/benchmarks') : undefined),
  };
}
