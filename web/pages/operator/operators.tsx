/** Those who run the system: made, given another role, given new ways in, taken away. */
import { useState } from 'preact/hooks';
import { ask, query } from '../../api/client.ts';
import type { OperatorList } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { operatorWords } from '../../words/operator.ts';
import { momentOf } from '../../words/moments.ts';
import { dateOf } from '../../words/times.ts';
import { act, askFirst } from './act.tsx';
import { Badge } from './badge.tsx';
import { ChangeOperator } from './operator-change.tsx';
import { NewOperator } from './operator-new.tsx';
import { isSelf, type OneOperator } from './operator-self.ts';
import { Pages } from './pages.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

export function Operators() {
  const said = operatorWords.value;
  const { cols } = said;
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [found, read, trouble] = useRead<OperatorList>(`/operators${query({ cursor: cursors.at(-1) })}`);
  return (
    <>
      <div class="tools">
        <NewOperator read={read} />
      </div>
      <Table
        label={said.parts.operators}
        items={found?.items}
        again={trouble && read}
        keyOf={({ name }) => name}
        none={said.noOperators}
        columns={[
          [
            cols.name,
            (one) => (
              <span class="row-badges">
                <strong>{one.name}</strong>
                {isSelf(one) ? <Badge>{said.you}</Badge> : null}
              </span>
            ),
          ],
          [cols.role, ({ role }) => said.roles[role]],
          [cols.signedIn, ({ lastSignIn }) => (lastSignIn === undefined ? said.never : momentOf(lastSignIn))],
          [cols.created, ({ created }) => dateOf(created)],
          [
            cols.actions,
            (one) => (
              <div class="buttons">
                <ChangeOperator one={one} read={read} />
                {isSelf(one) ? null : <End one={one} read={read} />}
              </div>
            ),
            'row-actions',
          ],
        ]}
      />
      <Pages next={found?.next} cursors={cursors} set={setCursors} />
    </>
  );
}

interface EndProps {
  readonly one: OneOperator;
  readonly read: () => Promise<void>;
}

function End({ one: { name }, read }: EndProps) {
  const said = operatorWords.value;
  const end = (): void =>
    void act(ask('DELETE', `/operators/${name}`), {
      said: said.operatorEnded(name),
      after: read,
      refused: said.lastAdmin,
    });
  return (
    <Button
      look="danger"
      onClick={() => askFirst({ text: said.operatorEndAsk(name), yes: said.operatorEnd, act: end })}
    >
      {said.operatorEnd}
    </Button>
  );
}
