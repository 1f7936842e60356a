/** What is counted and timed for whoever watches over an installation. Nobody decides by it, and none of it rejects or throws. */
import type { LabelSet, MetricName, metrics } from '../core/metrics/catalog.ts';

type Catalog = typeof metrics;

/** Names of one kind. */
type NamesOf<Kind extends string> = {
  [Name in MetricName]: Catalog[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

export type CounterName = NamesOf<'counter'>;
export type HistogramName = NamesOf<'histogram'>;
export type GaugeName = NamesOf<'gauge'>;

type ValuesOf<Set> = Set extends readonly (infer Value)[] ? Value : Set extends LabelSet ? string : never;

/** All labels of a metric; one without labels has `{}`. */
export type LabelsOf<Name extends MetricName> = Catalog[Name] extends { readonly labels: infer Labels }
  ? { readonly [Label in keyof Labels]: ValuesOf<Labels[Label]> }
  : Readonly<Record<string, never>>;

/** The value of a gauge just now. */
export type Reading = {
  [Name in GaugeName]: {
    readonly name: Name;
    readonly labels: LabelsOf<Name>;
    readonly value: number;
  };
}[GaugeName];

export interface Metrics {
  /** Adds to a counter; `by` is 1 if absent. */
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  /** One more duration, in seconds. */
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, seconds: number): void;
  /** Asked when somebody looks; what it cannot tell, or not in time, is left out. */
  gauges(read: () => readonly Reading[] | Promise<readonly Reading[]>): void;
}

/** Times the steps of calls: each of these is about the call within whose work it is called, and nothing outside of one. */
export interface Stages {
  /** Does the work of a call; its log lines carry the call's id. */
  within<T>(call: StagedCall, work: () => Promise<T>): Promise<T>;
  /** The switch has begun to play something; `stored` = a message or greeting is in it. */
  playing(stored: boolean): void;
  /** A reference is being judged. */
  referenceAsked(): void;
  /** It opens no message. */
  referenceWrong(): void;
  /** A message of this call is in the store. */
  stored(): void;
}

export interface StagedCall {
  readonly id: string;
  readonly entry: { readonly kind: LabelsOf<'answerback_calls_started_total'>['entry'] };
  readonly started: Date;
  readonly answered: Date | undefined;
  readonly gone: AbortSignal;
}
