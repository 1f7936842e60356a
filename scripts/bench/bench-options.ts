/** How much is measured. */
import type { Bench } from './result.ts';
import type { Stage } from './stage.ts';

export interface BenchOptions {
  /** A small slice: figures are sane, not precise. */
  readonly quick: boolean;
  /** Pairs of runs, ours and native one after the other. */
  readonly rounds: number;
  /** How many, where a bench asks for it. */
  readonly messages?: number | undefined;
  readonly say: (line: string) => void;
}

export interface BenchProgram {
  readonly name: string;
  run(stage: Stage, options: BenchOptions): Promise<Bench>;
}
