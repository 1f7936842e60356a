/** A subscriber to be. */
import { useRef, useState } from 'preact/hooks';
import { ask, type Trouble } from '../../api/client.ts';
import type { Subscriber } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { say, troubleWords } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { spaced } from '../../words/times.ts';
import { words } from '../../words/words.ts';
import { Sheet } from './sheet.tsx';

export function NewSubscriber({ read }: { readonly read: () => Promise<void> }) {
  return (
    <Sheet title={operatorWords.value.create} icon="plus" main>
      {(close) => <Form read={read} close={close} />}
    </Sheet>
  );
}

interface FormProps {
  readonly read: () => Promise<void>;
  readonly close: () => void;
}

function Form({ read, close }: FormProps) {
  const said = operatorWords.value;
  const [number, setNumber] = useState('');
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const key = useRef(crypto.randomUUID());
  const make = async (): Promise<void> => {
    setBusy(true);
    const body = { number: number.trim(), ...(name.trim() === '' ? {} : { name: name.trim() }) };
    const answer = await ask<Subscriber>('POST', '/subscribers', { body, key: key.current });
    setBusy(false);
    // What is mended is another request.
    key.current = crypto.randomUUID();
    if (!answer.ok) return setTrouble(answer.trouble);
    close();
    say(said.created(name.trim() === '' ? spaced(answer.value.number) : name.trim()));
    await read();
  };
  const wrongOf = (field: string): string | undefined => {
    const found = trouble?.fields.find((one) => one.field === field);
    return found === undefined ? undefined : (found.detail ?? found.code);
  };
  return (
    <form
      class="sheet-form"
      aria-label={said.create}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <Field
        label={said.cols.number}
        value={number}
        onInput={setNumber}
        wrong={wrongOf('number')}
        hint={said.numberHint}
        type="tel"
        required
      />
      <Field label={said.cols.name} value={name} onInput={setName} wrong={wrongOf('name')} maxLength={80} />
      {trouble === undefined || trouble.fields.length > 0 ? null : (
        <p class="notice bad" role="alert">
          {trouble.code === 'conflict' ? said.taken : troubleWords(words.value, trouble)}
        </p>
      )}
      <div class="buttons sheet-end">
        <Button type="submit" look="main" busy={busy}>
          {said.create}
        </Button>
      </div>
    </form>
  );
}
