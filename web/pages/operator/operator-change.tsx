/** What changes of an operator: another’s role and ways in, one’s own password. */
import { useState } from 'preact/hooks';
import { ask, type Trouble } from '../../api/client.ts';
import type { ChangedOperator } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';
import { act, askFirst } from './act.tsx';
import { authenticatorOf, madeUpPassword } from './credentials.ts';
import { FormTrouble } from './form-trouble.tsx';
import { Once, type Secret } from './once.tsx';
import { isSelf, type OneOperator } from './operator-self.ts';
import { usePresentPassword, type PresentPassword } from './present-password.tsx';
import { RoleChoice } from './role-choice.tsx';
import { Sheet } from './sheet.tsx';

interface ChangeProps {
  readonly one: OneOperator;
  readonly read: () => Promise<void>;
}

export function ChangeOperator({ one, read }: ChangeProps) {
  return (
    <Sheet title={one.name} button={operatorWords.value.change}>
      {(close) =>
        isSelf(one) ? (
          <OwnPassword name={one.name} close={close} />
        ) : (
          <Others one={one} read={read} close={close} />
        )
      }
    </Sheet>
  );
}

interface OthersProps extends ChangeProps {
  readonly close: () => void;
}

function Others({ one, read, close }: OthersProps) {
  const said = operatorWords.value;
  const [given, setGiven] = useState<Given>();
  const present = usePresentPassword();
  const [trouble, setTrouble] = useState<Trouble>();
  const give = async (what: 'password' | 'totp'): Promise<void> => {
    const password = madeUpPassword();
    const body = { ...(what === 'password' ? { password } : { totp: true }), ...present.body };
    const answer = await ask<ChangedOperator>('PATCH', `/operators/${one.name}`, { body });
    setTrouble(answer.ok ? undefined : answer.trouble);
    if (!answer.ok) return;
    const { totp } = answer.value;
    setGiven({
      secret: totp === undefined ? { name: said.password, value: password } : authenticatorOf(totp),
      authenticator: totp,
    });
    await read();
  };
  if (given !== undefined)
    return (
      <Once
        intro={said.newSecretOnce(one.name)}
        secrets={[given.secret]}
        authenticator={given.authenticator}
        close={close}
      />
    );
  return (
    <div class="sheet-form">
      {present.field(trouble, true)}
      <Role one={one} read={read} close={close} present={present} setTrouble={setTrouble} />
      <p class="hint">{said.resetHint}</p>
      <FormTrouble trouble={trouble} />
      <div class="buttons sheet-end">
        {(['password', 'totp'] as const).map((what) => (
          <Button
            key={what}
            icon="lock"
            disabled={!present.given}
            onClick={() =>
              askFirst({
                text: said.resetAsk[what](one.name),
                yes: said.reset[what],
                act: () => void give(what),
              })
            }
          >
            {said.reset[what]}
          </Button>
        ))}
      </div>
    </div>
  );
}

interface Given {
  readonly secret: Secret;
  readonly authenticator?: string | undefined;
}

interface RoleProps extends OthersProps {
  readonly present: PresentPassword;
  readonly setTrouble: (trouble: Trouble | undefined) => void;
}

function Role({ one, read, close, present, setTrouble }: RoleProps) {
  const said = operatorWords.value;
  const [role, setRole] = useState(one.role);
  const [busy, setBusy] = useState(false);
  const become = (wanted: OneOperator['role']) =>
    ask('PATCH', `/operators/${one.name}`, { body: { role: wanted, ...present.body } });
  const change = async (): Promise<void> => {
    setBusy(true);
    const answer = await become(role);
    setBusy(false);
    // About the password: it is asked for once more.
    if (!answer.ok && answer.trouble.fields.length > 0) return setTrouble(answer.trouble);
    close();
    await act(Promise.resolve(answer), {
      said: said.roleNow(one.name, said.roles[role]),
      after: read,
      undo: () => become(one.role),
      refused: said.lastAdmin,
    });
  };
  return (
    <form
      class="sheet-row"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      <RoleChoice role={role} onChange={setRole} />
      <Button type="submit" busy={busy} disabled={role === one.role || !present.given}>
        {said.changeRole}
      </Button>
    </form>
  );
}

function OwnPassword({ name, close }: { readonly name: string; readonly close: () => void }) {
  const said = operatorWords.value;
  const present = usePresentPassword();
  const [password, setPassword] = useState('');
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask<ChangedOperator>('PATCH', `/operators/${name}`, {
      body: { password, ...present.body },
    });
    setBusy(false);
    setTrouble(answer.ok ? undefined : answer.trouble);
    if (!answer.ok) return;
    close();
    // All sessions have ended, this one too: whoever asks next is asked to sign in.
    await ask('GET', '/operators');
  };
  const code = trouble?.fields.find(({ field }) => field === 'password')?.code;
  return (
    <form
      class="sheet-form"
      aria-label={said.ownPassword}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {present.field(trouble, true)}
      <Field
        label={said.ownPassword}
        hint={said.passwordHint}
        wrong={
          code === undefined ? undefined : (said.weak[code as keyof typeof said.weak] ?? said.passwordHint)
        }
        value={password}
        onInput={setPassword}
        type="password"
        autoComplete="new-password"
        maxLength={200}
        required
      />
      <p class="hint">{said.ownHint}</p>
      <FormTrouble trouble={trouble} />
      <div class="buttons sheet-end">
        <Button type="submit" look="main" busy={busy}>
          {said.ownPassword}
        </Button>
      </div>
    </form>
  );
}
