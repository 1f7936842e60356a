/** A subscriber to be, with a first PIN for the telephone and the page. */
import { useState } from 'preact/hooks';
import type { Subscriber } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { say } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { FirstPin } from './first-pin.tsx';
import { FormTrouble } from './form-trouble.tsx';
import { Sheet } from './sheet.tsx';
import { nameOf } from './subscriber-name.ts';
import { useMaking } from './use-making.ts';

interface NewProps {
  readonly read: () => Promise<void>;
}

export function NewSubscriber({ read }: NewProps) {
  return (
    <Sheet title={operatorWords.value.create} icon="plus" main>
      {(close) => <Making read={read} close={close} />}
    </Sheet>
  );
}

interface MakingProps extends NewProps {
  readonly close: () => void;
}

function Making({ read, close }: MakingProps) {
  const said = operatorWords.value;
  const [made, setMade] = useState<Subscriber>();
  if (made !== undefined)
    return <FirstPin id={made.id} intro={said.createdWithPin(nameOf(made))} close={close} />;
  const onMade = (one: Subscriber, withPin: boolean): void => {
    void read();
    if (withPin) return setMade(one);
    close();
    say(said.created(nameOf(one)));
  };
  return <Form onMade={onMade} />;
}

function Form({ onMade }: { readonly onMade: (made: Subscriber, withPin: boolean) => void }) {
  const said = operatorWords.value;
  const [number, setNumber] = useState('');
  const [name, setName] = useState('');
  const [withPin, setWithPin] = useState(true);
  const { busy, trouble, make, wrong } = useMaking<Subscriber>('/subscribers', (made) =>
    onMade(made, withPin),
  );
  return (
    <form
      class="sheet-form"
      aria-label={said.create}
      onSubmit={(event) => {
        event.preventDefault();
        void make({ number: number.trim(), ...(name.trim() === '' ? {} : { name: name.trim() }) });
      }}
    >
      <Field
        label={said.cols.number}
        value={number}
        onInput={setNumber}
        wrong={wrong('number')}
        hint={said.numberHint}
        type="tel"
        required
        autoFocus
      />
      <Field label={said.cols.name} value={name} onInput={setName} wrong={wrong('name')} maxLength={80} />
      <label class="tick">
        <input
          type="checkbox"
          checked={withPin}
          onChange={({ currentTarget }) => setWithPin(currentTarget.checked)}
        />
        {said.withPin}
      </label>
      <FormTrouble trouble={trouble} own={{ conflict: said.taken }} />
      <div class="buttons sheet-end">
        <Button type="submit" look="main" busy={busy}>
          {said.create}
        </Button>
      </div>
    </form>
  );
}
