/** What was sent lately to tell of messages. */
import { useEffect, useState } from 'preact/hooks';
import { readNotifications } from '../../api/mailbox.ts';
import { shortTime, spaced } from '../../words/times.ts';
import { words } from '../../words/words.ts';

type Sents = Extract<Awaited<ReturnType<typeof readNotifications>>, { ok: true }>['value']['items'];
const shown = 8;

export function Sent({ of }: { readonly of: string }) {
  const { settings: said, message } = words.value;
  const [items, setItems] = useState<Sents>();
  useEffect(() => {
    void readNotifications(of, shown).then((answer) => {
      if (answer.ok) setItems(answer.value.items);
    });
  }, [of]);
  return (
    <section class="card" aria-labelledby="sent">
      <h2 id="sent">{said.sent}</h2>
      {items?.length === 0 ? <p class="hint">{said.sentNone}</p> : null}
      <ul class="things">
        {items?.map(({ id, kind, to, status, created }) => (
          <li key={id}>
            <span class="grow">
              {said.sentKinds[kind]} <span class="muted">{spaced(to)}</span>
            </span>
            <span class="muted">
              {message.sending[status]} · {shortTime(created)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
