/** Prometheus' text form (version 0.0.4), read back. Throws at what is not of that form. */

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  /** By name, without what histograms add to it. */
  readonly families: ReadonlyMap<string, { readonly kind: string; readonly help: string }>;
  readonly series: readonly Series[];
  /** Of the one series with exactly these labels; `undefined` if there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Of all series of a name that have these labels among theirs. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

const line = /^([a-z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[-+\d.e]+)$/i;
const pair = /([a-z_]\w*)="((?:[^"\\\n]|\\.)*)",?/gi;

export function parseMetrics(body: string): Scrape {
  const families = new Map<string, { kind: string; help: string }>();
  const series: Series[] = [];
  for (const text of body.split('\n')) {
    if (text === '') continue;
    const meta = /^# (HELP|TYPE) (\S+) (.*)$/.exec(text);
    if (meta !== null) {
      const [, what, name = '', rest = ''] = meta;
      const before = families.get(name) ?? { kind: '', help: '' };
      families.set(name, what === 'HELP' ? { ...before, help: rest } : { ...before, kind: rest });
      continue;
    }
    const found = line.exec(text);
    if (found === null) throw new Error(`no metric: ${text}`);
    const [, name = '', labels = '', value = ''] = found;
    if (labels.replaceAll(pair, '') !== '') throw new Error(`no labels: ${text}`);
    series.push({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(pair)].map(([, label = '', text = '']) => [label, text]),
      ),
      value: Number(value.replace('Inf', 'Infinity')),
    });
  }
  const has = (one: Series, labels: Readonly<Record<string, string>>): boolean =>
    Object.entries(labels).every(([label, value]) => one.labels[label] === value);
  const of = (name: string, labels: Readonly<Record<string, string>>): Series[] =>
    series.filter((one) => one.name === name && has(one, labels));
  return {
    families,
    series,
    value: (name, labels = {}) =>
      of(name, labels).find((one) => Object.keys(one.labels).length === Object.keys(labels).length)?.value,
    sum: (name, labels = {}) => of(name, labels).reduce((sum, { value }) => sum + value, 0),
  };
}
