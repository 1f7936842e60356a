/** What a bench found, and whether that is what it must reach. */
import { median, spreadOf, type Spread } from './statistics.ts';

/** What a figure must reach; without one it is told for comparison only. */
export interface Target {
  readonly of: 'ours' | 'ratio' | 'difference';
  readonly most?: number;
  readonly least?: number;
}

export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly native?: number;
  readonly ratio?: number;
  /** In words, as `ratio ≤ 1.4`; empty without one. */
  readonly target: string;
  readonly ok: boolean;
  /** Of the ratios of the rounds where there are any, else of ours. */
  readonly spread: Spread;
  /** By how much the target was missed, in words. */
  readonly missed?: string;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  /** What exactly is compared: paragraphs of Markdown. */
  readonly about: readonly string[];
  readonly results: readonly Result[];
}

export interface Figures {
  readonly name: string;
  readonly unit: string;
  /** One a round, or one in all. */
  readonly ours: readonly number[];
  /** Of the same rounds. */
  readonly native?: readonly number[];
  readonly target?: Target;
  /** Where one figure is not the middle of the rounds: a percentile of single calls. */
  readonly spread?: Spread;
}

/** Medians of the rounds; the ratio is the median of the rounds' own ratios, each of two runs one after the other. */
export function resultOf(figures: Figures): Result {
  const { name, unit, target } = figures;
  const ours = median(figures.ours);
  const native = figures.native === undefined ? undefined : median(figures.native);
  const ratios = figures.native?.map((one, i) => (figures.ours[i] ?? Number.NaN) / one);
  const ratio = ratios === undefined ? undefined : median(ratios);
  const judged = judge(target, { ours, ratio, difference: ours - (native ?? Number.NaN) }, unit);
  return {
    name,
    unit,
    ours: rounded(ours),
    ...(native === undefined ? {} : { native: rounded(native) }),
    ...(ratio === undefined ? {} : { ratio: rounded(ratio) }),
    ...judged,
    spread: roundedSpread(figures.spread ?? spreadOf(ratios ?? figures.ours)),
  };
}

type Measured = Readonly<Record<Target['of'], number | undefined>>;

function judge(
  target: Target | undefined,
  measured: Measured,
  unit: string,
): Pick<Result, 'target' | 'ok' | 'missed'> {
  if (target === undefined) return { target: '', ok: true };
  const value = measured[target.of] ?? Number.NaN;
  const what = { ours: '', ratio: 'ratio ', difference: 'ours − native ' }[target.of];
  const scale = target.of === 'ratio' ? '' : ` ${unit}`;
  const over = target.most === undefined ? 0 : value - target.most;
  const under = target.least === undefined ? 0 : target.least - value;
  const bounds = [
    ...(target.most === undefined ? [] : [`${what}≤ ${target.most}${scale}`]),
    ...(target.least === undefined ? [] : [`${what}≥ ${target.least}${scale}`]),
  ];
  const by = Math.max(over, under);
  const ok = by <= 0;
  return { target: bounds.join(', '), ok, ...(ok ? {} : { missed: `by ${rounded(by)}${scale}` }) };
}

function roundedSpread(spread: Spread): Spread {
  return { min: rounded(spread.min), max: rounded(spread.max) };
}

/** To three figures after the point where that matters. */
export function rounded(value: number): number {
  const factor = Math.abs(value) < 10 ? 1000 : 10;
  return Math.round(value * factor) / factor;
}
