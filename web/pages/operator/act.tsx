/** Things that are done: each says what came of it, and how to take it back; what is grave asks first and says what will happen. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { ask, type Answer } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { complain, complainOf, say } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { useModal } from './use-modal.ts';

interface Question {
  readonly text: string;
  readonly yes: string;
  /** Something to be written besides, as a reason. */
  readonly field?: string;
  readonly act: (written: string) => void;
}

const question = signal<Question | undefined>(undefined);

export function askFirst(asked: Question): void {
  question.value = asked;
}

interface Done {
  readonly said: string;
  /** Reads anew what it changed. */
  readonly after: () => unknown;
  /** Takes it back; absent: that cannot be. */
  readonly undo?: () => Promise<Answer<unknown>>;
  /** In place of the usual words where the server says that it cannot be. */
  readonly refused?: string;
}

export async function act(
  doing: Promise<Answer<unknown>>,
  { said, after, undo, refused }: Done,
): Promise<void> {
  const answer = await doing;
  if (!answer.ok) {
    const isRefused = refused !== undefined && ['refused', 'conflict'].includes(answer.trouble.code);
    return isRefused ? complainOf(refused) : complain(answer.trouble);
  }
  const back = (): void => void act(undo!(), { said: operatorWords.value.undone, after });
  say(said, undo && back);
  await after();
}

/** What becomes of a resource whose version is not known any more: the newest one is changed. */
export async function patchNow(path: string, body: object): Promise<Answer<unknown>> {
  const now = await ask<{ readonly version: number }>('GET', path);
  return now.ok ? ask('PATCH', path, { body, version: now.value.version }) : now;
}

export function AskFirst() {
  const asked = question.value;
  return asked === undefined ? null : <Asking key={asked.text} asked={asked} />;
}

function Asking({ asked }: { readonly asked: Question }) {
  const dialog = useModal();
  const [written, setWritten] = useState('');
  const close = (): void => {
    // It is told of its end a moment later: another may be asked by then.
    if (question.peek() === asked) question.value = undefined;
  };
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="ask-first" onClose={close}>
      <form
        class="sheet-form"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          close();
          asked.act(written.trim());
        }}
      >
        <p id="ask-first">{asked.text}</p>
        {asked.field === undefined ? null : (
          <Field label={asked.field} value={written} onInput={setWritten} maxLength={200} />
        )}
        <div class="buttons sheet-end">
          <Button onClick={close}>{operatorWords.value.cancel}</Button>
          <Button type="submit" look="danger">
            {asked.yes}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
