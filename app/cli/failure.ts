import { Fault } from '../core/errors.ts';
import type { Ending } from './exit-codes.ts';

/** Ends the command: one clear line with the way out, and a code. */
export class Failure extends Error {
  readonly ending: Ending;

  constructor(ending: Exclude<Ending, 'done'>, message: string) {
    super(message);
    this.name = 'Failure';
    this.ending = ending;
  }
}

/** The output was closed by who reads it, as `head` does: no more is wanted. */
export class OutputClosed extends Error {}

/** How what was thrown ends the command, and what is told of it; `undefined` = quietly. */
export function judge(error: unknown, aborted: boolean): { readonly ending: Ending; readonly text?: string } {
  if (error instanceof OutputClosed) return { ending: 'done' };
  if (error instanceof Failure) return { ending: error.ending, text: error.message };
  if (aborted) return { ending: 'interrupted', text: 'interrupted' };
  if (error instanceof Fault)
    return { ending: error.code === 'held' ? 'refused' : 'failed', text: error.message };
  return { ending: 'failed', text: error instanceof Error ? error.message : String(error) };
}
