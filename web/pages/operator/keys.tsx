/** Keys of programs. */
import { useState } from 'preact/hooks';
import type { scopes as allScopes } from '../../../app/gateways/web/api/schema/scopes.ts';
import { ask, query } from '../../api/client.ts';
import type { Keys, MadeKey } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';
import { momentOf } from '../../words/moments.ts';
import { dateOf } from '../../words/times.ts';
import { act, askFirst } from './act.tsx';
import { Badge } from './badge.tsx';
import { FormTrouble } from './form-trouble.tsx';
import { Once } from './once.tsx';
import { Pages } from './pages.tsx';
import { usePresentPassword } from './present-password.tsx';
import { Sheet } from './sheet.tsx';
import { Table } from './table.tsx';
import { useMaking } from './use-making.ts';
import { useRead } from './use-read.ts';

type Scope = (typeof allScopes)[number];
type Key = Keys['items'][number];

/** Each once, by its type. */
const known: Readonly<Record<Scope, true>> = {
  'messages:read': true,
  'messages:write': true,
  'mailboxes:read': true,
  'mailboxes:write': true,
  'subscribers:read': true,
  'subscribers:write': true,
  'cdrs:read': true,
  'operations:read': true,
  'operations:write': true,
  'keys:write': true,
};
const scopes = Object.keys(known) as readonly Scope[];

export function ApiKeys() {
  const said = operatorWords.value;
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [found, read, trouble] = useRead<Keys>(`/keys${query({ cursor: cursors.at(-1) })}`);
  const { cols } = said;
  return (
    <>
      <div class="tools">
        <Sheet title={said.makeKey} icon="plus" main>
          {(close) => <NewKey read={read} close={close} />}
        </Sheet>
      </div>
      <Table
        label={said.parts.keys}
        items={found?.items}
        again={trouble && read}
        keyOf={({ id }) => id}
        none={said.noKeys}
        columns={[
          [
            cols.name,
            ({ name, by }) => (
              <span class="who">
                <strong>{name}</strong>
                <span class="muted">{said.madeBy(by)}</span>
              </span>
            ),
          ],
          [cols.scopes, (one) => <span class="long">{one.scopes.join(', ')}</span>],
          [cols.created, ({ created }) => dateOf(created)],
          [cols.used, ({ lastUsed }) => (lastUsed === undefined ? said.never : momentOf(lastUsed))],
          [cols.actions, (one) => <Revoke one={one} read={read} />, 'row-actions'],
        ]}
      />
      <Pages next={found?.next} cursors={cursors} set={setCursors} />
    </>
  );
}

interface RevokeProps {
  readonly one: Key;
  readonly read: () => Promise<void>;
}

function Revoke({ one: { id, name, revoked }, read }: RevokeProps) {
  const said = operatorWords.value;
  if (revoked !== undefined) return <Badge>{said.revokedOn(dateOf(revoked))}</Badge>;
  const revoke = (): void =>
    void act(ask('DELETE', `/keys/${id}`), { said: said.keyRevoked(name), after: read });
  return (
    <Button
      look="danger"
      onClick={() => askFirst({ text: said.revokeAsk(name), yes: said.revoke, act: revoke })}
    >
      {said.revoke}
    </Button>
  );
}

interface NewKeyProps {
  readonly read: () => Promise<void>;
  readonly close: () => void;
}

function NewKey({ read, close }: NewKeyProps) {
  const [made, setMade] = useState<MadeKey>();
  const said = operatorWords.value;
  if (made !== undefined)
    return <Once intro={said.keyOnce} secrets={[{ name: made.name, value: made.key }]} close={close} />;
  return (
    <KeyForm
      onMade={(key) => {
        setMade(key);
        void read();
      }}
    />
  );
}

function KeyForm({ onMade }: { readonly onMade: (made: MadeKey) => void }) {
  const said = operatorWords.value;
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const present = usePresentPassword();
  const { busy, trouble, make } = useMaking<MadeKey>('/keys', onMade);
  return (
    <form
      class="sheet-form"
      aria-label={said.makeKey}
      onSubmit={(event) => {
        event.preventDefault();
        void make({ name: name.trim(), scopes: chosen, ...present.body });
      }}
    >
      <Field
        label={said.cols.name}
        hint={said.keyNameHint}
        value={name}
        onInput={setName}
        maxLength={80}
        required
        autoFocus
      />
      <fieldset class="ticks">
        <legend>{said.cols.scopes}</legend>
        {scopes.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={({ currentTarget: { checked } }) =>
                setChosen(checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))
              }
            />
            {scope}
          </label>
        ))}
      </fieldset>
      {present.field(trouble)}
      <FormTrouble trouble={trouble} />
      <div class="buttons sheet-end">
        <Button type="submit" look="main" busy={busy} disabled={chosen.length === 0}>
          {said.makeKey}
        </Button>
      </div>
    </form>
  );
}
