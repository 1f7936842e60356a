/** Calls a day as bars, of the last thirty days; the same figures are in the table of records. */
import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { query } from '../../api/client.ts';
import type { Report } from '../../api/operator.ts';
import { dark } from '../../state/theme.ts';
import { operatorWords } from '../../words/operator.ts';
import { count } from '../../words/times.ts';
import { language } from '../../words/words.ts';
import { NotRead, Waiting } from './table.tsx';
import { useRead } from './use-read.ts';

const dayMs = 86_400_000;
const days = 30;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function Chart() {
  const said = operatorWords.value;
  const [to] = useState(() => Date.now());
  const place = useRef<HTMLDivElement>(null);
  const [sums, read, trouble] = useRead<Report>(
    `/reports${query({ by: 'trunk', from: dayOf(to - (days - 1) * dayMs), to: dayOf(to) })}`,
  );
  const all = Array.from({ length: days }, (_, i) => to - (days - 1 - i) * dayMs);
  const counts = all.map((day) => callsOf(sums, dayOf(day)));
  const total = counts.reduce((sum, n) => sum + n, 0);
  useEffect(() => {
    const at = place.current;
    if (at === null || total === 0) return undefined;
    const plot = drawn(at, all, counts);
    const sized = new ResizeObserver(() => plot.setSize({ width: at.clientWidth, height: heightPx }));
    sized.observe(at);
    return () => {
      sized.disconnect();
      plot.destroy();
    };
  }, [sums, said, dark.value]);
  return (
    <section class="card">
      <div class="card-head">
        <h2>{said.chart}</h2>
        {sums === undefined ? null : <span class="muted">{said.chartTotal(count(total), days)}</span>}
      </div>
      {sums === undefined ? (
        trouble === undefined ? (
          <Waiting />
        ) : (
          <NotRead again={read} />
        )
      ) : total === 0 ? (
        <p class="none">{said.noSums}</p>
      ) : (
        <div ref={place} class="chart" role="img" aria-label={said.chartTotal(count(total), days)} />
      )}
    </section>
  );
}

const heightPx = 200;

function callsOf(sums: Report | undefined, day: string): number {
  return (sums?.items ?? [])
    .filter(({ period, event }) => period === day && event === 'call')
    .reduce((sum, one) => sum + one.count, 0);
}

function drawn(place: HTMLElement, all: readonly number[], counts: number[]): UPlot {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--ink-soft'),
    font: `12px ${colour('--font')}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const written = new Intl.DateTimeFormat(language.value, {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  return new UPlot(
    {
      width: place.clientWidth,
      height: heightPx,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 70,
          size: 30,
          values: (_, splits) => splits.map((seconds) => written.format(seconds * 1000)),
        },
        {
          ...axis,
          size: 46,
          values: (_, splits) => splits.map((n) => (Number.isInteger(n) ? count(n) : '')),
        },
      ],
      scales: {
        x: { range: (_, first, last) => [first - 43_200, last + 43_200] },
        y: { range: (_, _least, most) => [0, Math.max(4, most * 1.1)] },
      },
      series: [
        {},
        {
          fill: colour('--accent'),
          width: 0,
          points: { show: false },
          paths: UPlot.paths.bars!({ size: [0.62, 28], radius: 0.2 }),
        },
      ],
    },
    [all.map((day) => Math.floor(day / dayMs) * 86_400), counts],
    place,
  );
}
