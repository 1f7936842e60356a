/** Keys of programs. */
import { useState } from 'preact/hooks';
import type { scopes as allScopes } from '../../../app/gateways/web/api/schema/scopes.ts';
import { ask } from '../../api/client.ts';
import type { Keys, MadeKey } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Field, Switch } from '../../parts/field.tsx';
import { complain } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { dateOf } from '../../words/times.ts';
import { act, askFirst } from './act.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

type Scope = (typeof allScopes)[number];

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
  const [found, read] = useRead<Keys>('/keys?limit=100');
  const { cols } = said;
  return (
    <>
      <Table
        label={said.parts.keys}
        items={found?.items ?? []}
        keyOf={({ id }) => id}
        columns={[
          [cols.name, ({ name }) => name],
          [cols.scopes, (one) => one.scopes.join(', ')],
          [cols.created, ({ created }) => dateOf(created)],
          [cols.used, ({ lastUsed }) => (lastUsed === undefined ? '' : dateOf(lastUsed))],
          [
            cols.actions,
            ({ id, name, revoked }) =>
              revoked === undefined ? (
                <Button
                  look="danger"
                  onClick={() =>
                    askFirst(
                      said.revokeAsk(name),
                      said.revoke,
                      () => void act(ask('DELETE', `/keys/${id}`), read),
                    )
                  }
                >
                  {said.revoke}
                </Button>
              ) : (
                said.revoked
              ),
          ],
        ]}
      />
      <NewKey read={read} />
    </>
  );
}

function NewKey({ read }: { readonly read: () => Promise<void> }) {
  const said = operatorWords.value;
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [made, setMade] = useState('');
  const make = async (): Promise<void> => {
    const body = { name, scopes: chosen };
    const answer = await ask<MadeKey>('POST', '/keys', { body, key: crypto.randomUUID() });
    if (!answer.ok) return complain(answer.trouble);
    setMade(answer.value.key);
    await read();
  };
  return (
    <form
      class="card"
      aria-label={said.makeKey}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <Field label={said.cols.name} value={name} onInput={setName} maxLength={80} required />
      {scopes.map((scope) => (
        <Switch
          key={scope}
          label={scope}
          on={chosen.includes(scope)}
          onChange={(on) => setChosen(on ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
        />
      ))}
      <Button type="submit" disabled={chosen.length === 0}>
        {said.makeKey}
      </Button>
      <p role="status">{made === '' ? '' : `${said.keyOnce} ${made}`}</p>
    </form>
  );
}
