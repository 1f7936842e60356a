/** A table of subscribers: first only tried, then taken in. */
import { useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import type { ImportReport } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { complain, say } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { Sheet } from './sheet.tsx';
import { Table } from './table.tsx';

export function Import({ read }: { readonly read: () => Promise<void> }) {
  return (
    <Sheet title={operatorWords.value.import} icon="upload">
      {(close) => <Form read={read} close={close} />}
    </Sheet>
  );
}

interface FormProps {
  readonly read: () => Promise<void>;
  readonly close: () => void;
}

interface Tried {
  readonly table: Blob;
  readonly report: ImportReport;
}

function Form({ read, close }: FormProps) {
  const said = operatorWords.value;
  const [tried, setTried] = useState<Tried>();
  const [busy, setBusy] = useState(false);
  const send = async (table: Blob, dry: boolean): Promise<ImportReport | undefined> => {
    setBusy(true);
    const answer = await ask<ImportReport>('POST', `/subscribers/import?dryRun=${dry}`, { body: table });
    setBusy(false);
    if (answer.ok) return answer.value;
    complain(answer.trouble);
    return undefined;
  };
  const tryIt = async (file: File): Promise<void> => {
    const table = new Blob([file], { type: 'text/csv' });
    const report = await send(table, true);
    setTried(report && { table, report });
  };
  const take = async ({ table }: Tried): Promise<void> => {
    const report = await send(table, false);
    if (report === undefined) return;
    close();
    say(said.imported(report.created, report.changed, report.bad));
    await read();
  };
  return (
    <div class="sheet-form">
      <div class="field">
        <label for="table">{said.table}</label>
        <input
          id="table"
          type="file"
          accept=".csv,text/csv"
          aria-describedby="table-hint"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file !== undefined) void tryIt(file);
          }}
        />
        <p id="table-hint" class="hint">
          {said.tableHint}
        </p>
      </div>
      <div role="status">{tried === undefined ? null : <Preview report={tried.report} />}</div>
      <div class="buttons sheet-end">
        <Button onClick={close}>{said.cancel}</Button>
        <Button
          look="main"
          busy={busy}
          disabled={tried === undefined || tried.report.created + tried.report.changed === 0}
          onClick={() => void (tried && take(tried))}
        >
          {said.takeIn}
        </Button>
      </div>
    </div>
  );
}

function Preview({ report }: { readonly report: ImportReport }) {
  const said = operatorWords.value;
  const { cols } = said;
  return (
    <div class="sheet-form">
      <p class={report.bad > 0 ? 'notice' : 'notice info'}>
        {said.tried(report.created, report.changed, report.same, report.bad)}
      </p>
      {report.problems.length === 0 ? null : (
        <Table
          label={said.problems}
          items={report.problems}
          keyOf={({ line, column }) => `${line} ${column}`}
          columns={[
            [cols.line, ({ line }) => line, 'figure'],
            [cols.column, ({ column }) => column],
            [cols.found, ({ found }) => found],
            [cols.allowed, ({ allowed }) => allowed],
          ]}
        />
      )}
    </div>
  );
}
