/** A field whose words are kept once somebody leaves it or presses Enter. */
import { useEffect, useState } from 'preact/hooks';
import { say } from '../state/toasts.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';

interface SavedFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly type?: 'text' | 'email';
  readonly maxLength: number;
  readonly onSave: (value: string) => Promise<boolean>;
}

export function SavedField({ label, hint, value, type = 'text', maxLength, onSave }: SavedFieldProps) {
  const { settings: said } = words.value;
  const [text, setText] = useState(value);
  const [busy, setBusy] = useState(false);
  useEffect(() => setText(value), [value]);
  const save = async (): Promise<void> => {
    setBusy(true);
    const done = await onSave(text.trim());
    setBusy(false);
    if (done) say(said.saved);
  };
  return (
    <form
      class="saved-field"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={label} hint={hint} value={text} onInput={setText} type={type} maxLength={maxLength} />
      {text.trim() === value ? null : (
        <Button type="submit" look="main" busy={busy}>
          {said.save}
        </Button>
      )}
    </form>
  );
}
