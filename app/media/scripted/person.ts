import { settledOrCut } from './settled.ts';
import { bytesPerMs, type FaxMachineStep, type FaxStep, type Step } from './steps.ts';

/** What the person on the line does next. */
export type Act =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'hangup' }
  | { readonly kind: 'sound'; readonly sound: Sound }
  | { readonly kind: 'fax'; readonly step: FaxStep }
  | { readonly kind: 'fax-machine'; readonly step: FaxMachineStep }
  /** Says and does nothing: waits to hear this, or `undefined` = for ever. */
  | { readonly kind: 'listening'; readonly for: string | undefined; readonly atMs?: number };

export interface Sound {
  readonly kind: 'speech' | 'silence' | 'gap';
  readonly ms: number;
  /** Of speech. */
  readonly bytes?: Uint8Array;
}

/** Follows a script, which may grow while it is followed. */
export class Person {
  readonly #steps: Step[];
  #running: Promise<void> | undefined;
  #settled = false;
  #grown = (): void => undefined;
  #growth = new Promise<void>((resolve) => (this.#grown = resolve));

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps];
  }

  /** Steps that are not done yet. */
  get remaining(): readonly Step[] {
    return this.#steps;
  }

  add(steps: readonly Step[]): void {
    this.#steps.push(...steps);
    this.#grown();
    this.#growth = new Promise((resolve) => (this.#grown = resolve));
  }

  /** Resolves when steps are added, or when cut. */
  async added(cut: AbortSignal): Promise<void> {
    await settledOrCut(this.#growth, cut);
  }

  /** The next act, or the promise that is waited for before it. */
  peek(): Act | Promise<unknown> {
    const step = this.#steps[0];
    if (step === undefined) return { kind: 'listening', for: undefined };
    switch (step.kind) {
      case 'hear':
        return { kind: 'listening', for: step.what, ...(step.atMs === undefined ? {} : { atMs: step.atMs }) };
      case 'press':
        return { kind: 'key', key: step.keys[0] ?? '' };
      case 'speak':
        return {
          kind: 'sound',
          sound: { kind: 'speech', ms: step.sound.length / bytesPerMs, bytes: step.sound },
        };
      case 'silence':
      case 'gap':
        return { kind: 'sound', sound: { kind: step.kind, ms: step.ms } };
      case 'meanwhile':
        return this.#settled ? this.#past() : (this.#running ??= this.#run(step.run));
      case 'fax':
        return { kind: 'fax', step };
      case 'fax-machine':
        return { kind: 'fax-machine', step };
      case 'hangup':
        return { kind: 'hangup' };
    }
  }

  /** The first act is done, or `ms` milliseconds of a sound. */
  done(ms?: number): void {
    const [step, ...rest] = this.#steps;
    if (step === undefined) return;
    this.#running = undefined;
    this.#settled = false;
    const left = step.kind === 'press' ? { ...step, keys: step.keys.slice(1) } : remainder(step, ms);
    const over = left === undefined || (left.kind === 'press' && left.keys === '');
    this.#steps.splice(0, this.#steps.length, ...(over ? [] : [left]), ...rest);
  }

  async #run(run: () => unknown): Promise<void> {
    await Promise.resolve()
      .then(run)
      .catch(() => undefined);
    this.#settled = true;
  }

  #past(): Act | Promise<unknown> {
    this.done();
    return this.peek();
  }
}

function remainder(step: Step, ms: number | undefined): Step | undefined {
  if (ms === undefined) return undefined;
  if (step.kind === 'speak') {
    const sound = step.sound.subarray(ms * bytesPerMs);
    return sound.length === 0 ? undefined : { ...step, sound };
  }
  if (step.kind === 'silence' || step.kind === 'gap')
    return step.ms > ms ? { ...step, ms: step.ms - ms } : undefined;
  return undefined;
}
