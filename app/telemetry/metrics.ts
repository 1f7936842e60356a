/** Metrics in Prometheus' text form, kept by prom-client; app/core/metrics/catalog says which there are. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { metrics as catalog, otherLabel, type LabelSet, type MetricSpec } from '../core/metrics/catalog.ts';
import { buildVersion } from './build.ts';
import type { Metrics, Reading } from '../ports/metrics.ts';

export interface MetricsOptions {
  /** Longest wait for what gauges read, in milliseconds; 2,500 if absent. */
  readonly readMs?: number;
}

export interface OpenMetrics extends Metrics, Disposable {
  /** What a scrape gets. Those who ask at the same time get the same. */
  text(): Promise<MetricsText>;
}

export interface MetricsText {
  readonly contentType: string;
  readonly body: string;
}

type Labels = Readonly<Record<string, string>>;
type Reader = () => readonly Reading[] | Promise<readonly Reading[]>;

const specs: Readonly<Record<string, MetricSpec>> = catalog;
/** More series of one counter than this are not made before they are needed. */
const mostZeroed = 64;

/** One registry a process: also Node's own metrics are in it (`process_…`, `nodejs_…`). */
export function openMetrics({ readMs = 2_500 }: MetricsOptions = {}): OpenMetrics {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const clean = new Map<string, (labels: Labels) => Labels>();
  const readers: Reader[] = [];
  for (const [name, spec] of Object.entries(specs)) {
    const labelNames = Object.keys(spec.labels ?? {});
    const common = { name, help: spec.help, labelNames, registers: [registry] };
    clean.set(name, cleaner(spec.labels ?? {}));
    if (spec.kind === 'gauge') gauges.set(name, new Gauge(common));
    else if (spec.kind === 'histogram')
      histograms.set(name, new Histogram({ ...common, buckets: [...(spec.buckets ?? [])] }));
    else counters.set(name, zeroed(new Counter(common), spec));
  }
  collectDefaultMetrics({ register: registry });
  const build = { version: buildVersion(), node: process.version };
  readers.push(() => [{ name: 'answerback_build_info', labels: build, value: 1 }]);

  const refresh = async (): Promise<void> => {
    const readings = await Promise.all(readers.map((read) => inTime(read, readMs)));
    // What could not be told is absent, and not as it was.
    for (const gauge of gauges.values()) gauge.reset();
    for (const [name, gauge] of gauges) if (specs[name]?.labels === undefined) gauge.remove();
    for (const { name, labels, value } of readings.flat())
      gauges.get(name)?.set(clean.get(name)?.(labels) ?? {}, value);
  };
  const write = async (): Promise<MetricsText> => {
    await refresh();
    return { contentType: registry.contentType, body: await registry.metrics() };
  };
  let writing: Promise<MetricsText> | undefined;
  return {
    count: (name, labels, by = 1) => counters.get(name)?.inc(clean.get(name)?.(labels) ?? {}, by),
    observe: (name, labels, seconds) =>
      histograms.get(name)?.observe(clean.get(name)?.(labels) ?? {}, Math.max(0, seconds)),
    gauges: (read) => void readers.push(read),
    text: () =>
      (writing ??= write().finally(() => {
        writing = undefined;
      })),
    [Symbol.dispose]: () => registry.clear(),
  };
}

/** Puts `other` in place of values that are in no set, so that nobody's words become series. */
function cleaner(sets: Readonly<Record<string, LabelSet>>): (labels: Labels) => Labels {
  const known = Object.entries(sets).map(([label, set]) => [label, allows(set)] as const);
  return (labels) => {
    let all = true;
    for (const [label, allowed] of known) all &&= allowed(labels[label]);
    if (all) return labels;
    return Object.fromEntries(
      known.map(([label, allowed]) => [label, allowed(labels[label]) ? (labels[label] ?? '') : otherLabel]),
    );
  };
}

function allows(set: LabelSet): (value: string | undefined) => boolean {
  if (!('atMost' in set)) {
    const values: ReadonlySet<string | undefined> = new Set(set);
    return (value) => values.has(value);
  }
  const seen = new Set<string>();
  return (value) => {
    if (value === undefined || seen.has(value)) return value !== undefined;
    if (seen.size >= set.atMost || !/^v?[\w.+-]{1,64}$/.test(value) || /\d{5}/.test(value)) return false;
    seen.add(value);
    return true;
  };
}

/** A counter that begins at 0 shows its first event as a rise; one that appears with it does not. */
function zeroed(counter: Counter, { labels = {} }: MetricSpec): Counter {
  let all: Labels[] = [{}];
  for (const [label, set] of Object.entries(labels)) {
    if ('atMost' in set) return counter;
    all = all.flatMap((one) => set.map((value) => ({ ...one, [label]: value })));
  }
  if (all.length <= mostZeroed) for (const one of all) counter.inc(one, 0);
  return counter;
}

async function inTime(read: Reader, ms: number): Promise<readonly Reading[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Reading[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ms);
  });
  try {
    return await Promise.race([read(), late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
