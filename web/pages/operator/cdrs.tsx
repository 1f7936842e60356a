/** Call detail records: filtered, exported, and calls a day as a chart. */
import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { query } from '../../api/client.ts';
import type { Cdrs, Report } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const midnight = (day: string): string | undefined => (day === '' ? undefined : `${day}T00:00:00Z`);
const shown = ['seq', 'event', 'start', 'src', 'dst', 'channel', 'duration', 'disposition'] as const;

export function CallRecords() {
  const said = operatorWords.value;
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [events, setEvents] = useState('');
  const [cursor, setCursor] = useState<string>();
  const filter = { since: midnight(from), before: midnight(until), events };
  const [found] = useRead<Cdrs>(`/cdrs${query({ ...filter, cursor })}`);
  const changed = (set: (value: string) => void) => (value: string) => {
    setCursor(undefined);
    set(value);
  };
  return (
    <>
      <Chart />
      <div class="columns">
        <DayField id="from" label={said.from} value={from} onInput={changed(setFrom)} />
        <DayField id="until" label={said.until} value={until} onInput={changed(setUntil)} />
        <Field label={said.event} value={events} onInput={changed(setEvents)} />
      </div>
      <p>
        <a class="button plain" href={`/v1/cdrs/export${query(filter)}`} download>
          {said.export}
        </a>
      </p>
      <Table
        label={said.parts.cdrs}
        items={found?.items ?? []}
        keyOf={({ seq }) => String(seq)}
        columns={shown.map((name) => [name, (row: Cdrs['items'][number]) => wordsOf(row[name])] as const)}
      />
      {found?.next === undefined ? null : <Button onClick={() => setCursor(found.next)}>{said.more}</Button>}
    </>
  );
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

interface DayFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

function DayField({ id, label, value, onInput }: DayFieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </div>
  );
}

function Chart() {
  const said = operatorWords.value;
  const [to] = useState(() => Date.now());
  const place = useRef<HTMLDivElement>(null);
  const [sums] = useRead<Report>(
    `/reports${query({ by: 'trunk', from: dayOf(to - 29 * dayMs), to: dayOf(to) })}`,
  );
  useEffect(() => {
    if (place.current === null || sums === undefined) return undefined;
    const days = Array.from({ length: 30 }, (_, i) => to - (29 - i) * dayMs);
    const counts = days.map((day) =>
      sums.items
        .filter(({ period, event }) => period === dayOf(day) && event === 'call')
        .reduce((sum, { count }) => sum + count, 0),
    );
    const style = getComputedStyle(place.current);
    const [stroke, ink] = [style.getPropertyValue('--accent'), style.getPropertyValue('--ink-soft')];
    const axis = { stroke: ink, grid: { stroke: style.getPropertyValue('--line') } };
    const plot = new UPlot(
      {
        width: place.current.clientWidth,
        height: 220,
        axes: [axis, axis],
        series: [{}, { label: said.chart, stroke, width: 2 }],
      },
      [days.map((day) => Math.floor(day / dayMs) * 86_400), counts],
      place.current,
    );
    return () => plot.destroy();
  }, [sums, said]);
  return (
    <section class="card">
      <h2>{said.chart}</h2>
      <div ref={place} role="img" aria-label={said.chart} />
    </section>
  );
}
