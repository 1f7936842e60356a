/** Call detail records: filtered, exported, and calls a day as a chart. */
import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { Cdrs } from '../../api/operator.ts';
import { Choice } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';
import { momentOf } from '../../words/moments.ts';
import { clock, spaced } from '../../words/times.ts';
import { Badge, type Tone } from './badge.tsx';
import { Chart } from './chart.tsx';
import { Pages } from './pages.tsx';
import { Table } from './table.tsx';
import { useQuiet } from './use-quiet.ts';
import { useRead } from './use-read.ts';

type Row = Cdrs['items'][number];
const midnight = (day: string): string | undefined => (day === '' ? undefined : `${day}T00:00:00Z`);

export function CallRecords() {
  const said = operatorWords.value;
  const [asked, setAsked] = useState({ from: '', until: '', events: '' });
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const { from, until, events } = useQuiet(asked);
  const filter = { since: midnight(from), before: midnight(until), events };
  const [found, read, trouble] = useRead<Cdrs>(
    `/cdrs${query({ ...filter, order: 'desc', cursor: cursors.at(-1) })}`,
  );
  const change = (one: Partial<typeof asked>): void => {
    setCursors([]);
    setAsked({ ...asked, ...one });
  };
  return (
    <>
      <Chart />
      <div class="filters">
        <DayField id="from" label={said.from} value={asked.from} onInput={(day) => change({ from: day })} />
        <DayField
          id="until"
          label={said.until}
          value={asked.until}
          onInput={(day) => change({ until: day })}
        />
        <Choice
          label={said.event}
          value={asked.events}
          options={[['', said.all], ...Object.entries(said.cdrEvents)]}
          onChange={(one) => change({ events: one })}
        />
        <a class="button plain" href={`/v1/cdrs/export${query(filter)}`} download>
          {said.export}
        </a>
      </div>
      <Records items={found?.items} again={trouble && read} hasMore={found?.next !== undefined} />
      <Pages
        next={found?.next}
        cursors={cursors}
        set={setCursors}
        words={{ before: said.newer, more: said.older }}
      />
    </>
  );
}

const tones: Readonly<Record<string, Tone>> = {
  ANSWERED: 'good',
  FAILED: 'bad',
  BUSY: 'warn',
  'NO ANSWER': 'warn',
};

interface RecordsProps {
  readonly items: readonly Row[] | undefined;
  readonly again: (() => unknown) | undefined;
  readonly hasMore: boolean;
}

function Records({ items, again, hasMore }: RecordsProps) {
  const { cols, parts, cdrEvents, dispositions, noRecord, noneHere } = operatorWords.value;
  const named = (names: Readonly<Record<string, string>>, value: string): string => names[value] ?? value;
  return (
    <Table
      label={parts.cdrs}
      items={items}
      again={again}
      keyOf={(row) => text(row['seq'])}
      none={hasMore ? noneHere : noRecord}
      columns={[
        [cols.at, (row) => momentOf(text(row['start']))],
        [cols.event, (row) => named(cdrEvents, text(row['event']))],
        [cols.from, (row) => spaced(text(row['src']))],
        [cols.to, (row) => spaced(text(row['dst']))],
        [cols.trunk, (row) => text(row['channel'])],
        [cols.lasts, (row) => clock(Number(row['duration'] ?? 0) * 1000), 'figure'],
        [
          cols.outcome,
          (row) => (
            <Badge tone={tones[text(row['disposition'])] ?? 'plain'}>
              {named(dispositions, text(row['disposition']))}
            </Badge>
          ),
        ],
        [cols.no, (row) => text(row['seq']), 'figure'],
      ]}
    />
  );
}

function text(value: unknown): string {
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
