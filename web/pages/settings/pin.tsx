/** Choosing a PIN. */
import { useState } from 'preact/hooks';
import { changePin, type Mailbox } from '../../api/mailbox.ts';
import type { Trouble } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { readMailbox } from '../../state/mailbox.ts';
import { pinChosen, session } from '../../state/session.ts';
import { say, troubleWords } from '../../state/toasts.ts';
import { words } from '../../words/words.ts';

type PinBox = Pick<Mailbox, 'id' | 'hasPin'>;

export function Pin({ box }: { readonly box: PinBox }) {
  const { settings: said } = words.value;
  return (
    <section class="card" aria-labelledby="pin">
      <h2 id="pin">{said.pin}</h2>
      <PinForm box={box} />
    </section>
  );
}

export function PinForm({ box }: { readonly box: PinBox }) {
  const { settings: said } = words.value;
  // Who came by a code just now may have forgotten it.
  const byCode = session.value.kind === 'subscriber' && session.value.via === 'code';
  const [old, setOld] = useState('');
  const [chosen, setChosen] = useState('');
  const [again, setAgain] = useState('');
  const [wrong, setWrong] = useState<Wrong>({});
  const submit = async (): Promise<void> => {
    if (chosen !== again) return setWrong({ again: said.pinDiffer });
    const answer = await changePin(box.id, old === '' ? undefined : old, chosen);
    if (!answer.ok) return setWrong(wrongOf(answer.trouble));
    for (const clear of [setOld, setChosen, setAgain]) clear('');
    setWrong({});
    say(said.pinChanged);
    pinChosen();
    await readMailbox(box.id);
  };
  return (
    <form
      class="narrow-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {box.hasPin ? (
        <PinField
          label={said.pinOld}
          value={old}
          onInput={setOld}
          wrong={wrong.old}
          use="current-password"
          {...(byCode ? { hint: said.pinOldHint, required: false } : {})}
        />
      ) : null}
      <PinField
        label={said.pinNew}
        value={chosen}
        onInput={setChosen}
        wrong={wrong.chosen}
        hint={said.pinHint}
      />
      <PinField label={said.pinAgain} value={again} onInput={setAgain} wrong={wrong.again} />
      {wrong.all === undefined ? null : (
        <p class="notice bad" role="alert">
          {wrong.all}
        </p>
      )}
      <Button type="submit">{box.hasPin ? said.pinChange : said.pinSet}</Button>
    </form>
  );
}

interface Wrong {
  readonly old?: string;
  readonly chosen?: string;
  readonly again?: string;
  readonly all?: string;
}

function wrongOf(trouble: Trouble): Wrong {
  const { settings: said } = words.value;
  if (trouble.code === 'bad-credentials') return { old: said.pinWrong };
  if (trouble.code !== 'pin-refused') return { all: troubleWords(words.value, trouble) };
  return trouble.fields.some(({ field }) => field === 'old')
    ? { old: said.pinWrong }
    : { chosen: said.pinEasy };
}

interface PinFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly wrong: string | undefined;
  readonly hint?: string;
  readonly use?: string;
  readonly required?: boolean;
}

function PinField({ use = 'new-password', required = true, ...rest }: PinFieldProps) {
  return (
    <Field
      {...rest}
      type="password"
      inputMode="numeric"
      autoComplete={use}
      maxLength={20}
      required={required}
    />
  );
}
