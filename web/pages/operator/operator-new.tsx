/** An operator to be: the page makes up a password, the server a key for the authenticator; both are shown once. */
import { useRef, useState } from 'preact/hooks';
import type { MadeOperator, OperatorRole } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';
import { authenticatorOf, madeUpPassword } from './credentials.ts';
import { FormTrouble } from './form-trouble.tsx';
import { Once } from './once.tsx';
import { usePresentPassword } from './present-password.tsx';
import { RoleChoice } from './role-choice.tsx';
import { Sheet } from './sheet.tsx';
import { useMaking } from './use-making.ts';

interface NewProps {
  readonly read: () => Promise<void>;
}

export function NewOperator({ read }: NewProps) {
  return (
    <Sheet title={operatorWords.value.newOperator} icon="plus" main>
      {(close) => <Making read={read} close={close} />}
    </Sheet>
  );
}

function Making({ read, close }: NewProps & { readonly close: () => void }) {
  const said = operatorWords.value;
  const password = useRef('');
  if (password.current === '') password.current = madeUpPassword();
  const [made, setMade] = useState<MadeOperator>();
  if (made === undefined)
    return (
      <Form
        password={password.current}
        onMade={(one) => {
          setMade(one);
          void read();
        }}
      />
    );
  return (
    <Once
      intro={said.operatorOnce(made.name)}
      secrets={[{ name: said.password, value: password.current }, authenticatorOf(made.totp)]}
      authenticator={made.totp}
      close={close}
    />
  );
}

interface FormProps {
  readonly password: string;
  readonly onMade: (made: MadeOperator) => void;
}

function Form({ password, onMade }: FormProps) {
  const said = operatorWords.value;
  const [name, setName] = useState('');
  const [role, setRole] = useState<OperatorRole>('support');
  const present = usePresentPassword();
  const { busy, trouble, make, wrong } = useMaking<MadeOperator>('/operators', onMade);
  return (
    <form
      class="sheet-form"
      aria-label={said.newOperator}
      onSubmit={(event) => {
        event.preventDefault();
        void make({ name: name.trim(), role, password, ...present.body });
      }}
    >
      <Field
        label={said.cols.name}
        hint={said.operatorNameHint}
        wrong={wrong('name') === undefined ? undefined : said.badOperatorName}
        value={name}
        onInput={setName}
        maxLength={32}
        required
        autoFocus
      />
      <RoleChoice role={role} onChange={setRole} />
      {present.field(trouble)}
      <FormTrouble trouble={trouble} own={{ conflict: said.operatorTaken }} />
      <div class="buttons sheet-end">
        <Button type="submit" look="main" busy={busy}>
          {said.newOperator}
        </Button>
      </div>
    </form>
  );
}
