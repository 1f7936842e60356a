/** Things that are done: what cannot be taken back asks first and says what will happen. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Answer } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { complain, say } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';

interface Question {
  readonly text: string;
  readonly yes: string;
  readonly act: () => void;
}

const question = signal<Question | undefined>(undefined);

export function askFirst(text: string, yes: string, act: () => void): void {
  question.value = { text, yes, act };
}

export async function act(doing: Promise<Answer<unknown>>, then: () => unknown): Promise<void> {
  const answer = await doing;
  if (!answer.ok) return complain(answer.trouble);
  say(operatorWords.value.done);
  await then();
}

export function AskFirst() {
  const asked = question.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (asked !== undefined) dialog.current?.showModal();
  }, [asked]);
  if (asked === undefined) return null;
  const close = (): void => {
    question.value = undefined;
  };
  return (
    <dialog ref={dialog} class="ask-first" aria-labelledby="ask-first" onClose={close}>
      <p id="ask-first">{asked.text}</p>
      <div class="buttons">
        <Button onClick={close}>{operatorWords.value.cancel}</Button>
        <Button
          look="danger"
          onClick={() => {
            close();
            asked.act();
          }}
        >
          {asked.yes}
        </Button>
      </div>
    </dialog>
  );
}
