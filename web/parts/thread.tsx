/** Texts to and fro with the sender of one. */
import { useEffect, useState } from 'preact/hooks';
import { readThread, type Thread as ThreadOf } from '../api/messages.ts';
import { shortTime } from '../words/times.ts';
import { words } from '../words/words.ts';

/** @param round another number reads it anew, as after an answer */
export function Thread({ of, round }: { readonly of: string; readonly round: number }) {
  const { message: said } = words.value;
  const [items, setItems] = useState<ThreadOf['items']>([]);
  useEffect(() => {
    let wanted = true;
    void readThread(of).then((answer) => {
      if (wanted && answer.ok) setItems(answer.value.items);
    });
    return () => {
      wanted = false;
    };
  }, [of, round]);
  if (items.length < 2) return null;
  return (
    <section class="thread" aria-label={said.thread}>
      <h2>{said.thread}</h2>
      <ol>
        {items.map(({ direction, at, text, status, message }, i) => (
          <li key={i} class={direction}>
            <p class={`bubble ${direction}${message?.id === of ? ' this' : ''}`}>{text}</p>
            <p class="muted">
              {direction === 'out' ? `${said.you} · ` : ''}
              {shortTime(at)}
              {status === undefined ? '' : ` · ${said.sending[status]}`}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
