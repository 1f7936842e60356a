/** One message, whole. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../api/messages.ts';
import { opened, readAgain } from '../state/opened.ts';
import { troubleWords } from '../state/toasts.ts';
import { senderAddress, senderName } from '../words/people.ts';
import { clock, dateOf, longTime } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Actions, HeadActions, type Composing } from './actions.tsx';
import { Avatar } from './avatar.tsx';
import { Button, IconButton } from './button.tsx';
import { composeWanted } from './compose-wanted.ts';
import { Content } from './content.tsx';
import { Empty } from './empty.tsx';
import { later } from './later.tsx';
import { Reference } from './reference.tsx';
import { Thread } from './thread.tsx';

const Compose = later(async () => (await import('./compose.tsx')).Compose);

interface ViewProps {
  readonly isGuest?: boolean;
  readonly onClose?: () => void;
}

export function MessageView({ isGuest = false, onClose }: ViewProps) {
  const { list, message: said, trouble } = words.value;
  const now = opened.value;
  switch (now.kind) {
    case 'none':
      return <Empty icon="inbox" title={list.choose} hint={list.chooseHint} />;
    case 'loading':
      return <Loading />;
    case 'gone':
      return (
        <Empty icon="trash" title={said.gone} hint={said.goneHint}>
          {onClose === undefined ? null : <Button onClick={onClose}>{words.value.toInbox}</Button>}
        </Empty>
      );
    case 'failed':
      return (
        <Empty icon="help" title={said.failed} hint={troubleWords(words.value, now.trouble)}>
          <Button onClick={() => void readAgain()}>{trouble.retry}</Button>
        </Empty>
      );
    case 'there':
      return (
        <Whole
          key={now.id}
          message={now.message}
          isGuest={isGuest}
          {...(onClose === undefined ? {} : { onClose })}
        />
      );
  }
}

interface WholeProps extends ViewProps {
  readonly message: Message;
  readonly isGuest: boolean;
}

function Whole({ message, isGuest, onClose }: WholeProps) {
  const { message: said, nav } = words.value;
  const [composing, setComposing] = useState<Composing>();
  const [round, setRound] = useState(0);
  useEffect(
    () =>
      composeWanted.subscribe((count) => {
        if (count > 0 && message.canReply) setComposing('reply');
      }),
    [message.canReply],
  );
  const done = (sent: boolean): void => {
    setComposing(undefined);
    if (sent) setRound((n) => n + 1);
  };
  return (
    <article class="message" aria-labelledby="message-title">
      <div class="message-bar">
        {onClose === undefined ? null : (
          <IconButton icon="back" label={nav.back} look="message-back" onClick={onClose} />
        )}
        <HeadActions message={message} isGuest={isGuest} />
      </div>
      <Head message={message} />
      {message.cut ? <p class="notice">{said.cut}</p> : null}
      {message.archived ? <p class="notice info">{said.archivedHint}</p> : null}
      <Content message={message} />
      {message.omitted === undefined ? null : <p class="notice">{said.omitted(message.omitted.length)}</p>}
      <Actions message={message} isGuest={isGuest} composing={composing} onCompose={setComposing} />
      {composing === undefined ? null : (
        <Compose key={composing} what={composing} message={message} onDone={done} />
      )}
      {message.kind === 'text' && !isGuest ? <Thread of={message.id} round={round} /> : null}
      <footer class="message-foot">
        {message.reference === undefined ? null : (
          <Reference digits={message.reference} until={message.referenceExpires} />
        )}
        <span class="muted">{said.expires(dateOf(message.expires))}</span>
      </footer>
    </article>
  );
}

function Head({ message }: { readonly message: Message }) {
  const { list, message: said, one } = words.value;
  const title = useRef<HTMLHeadingElement>(null);
  // Whoever hears the page hears what was opened.
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  const { kind, durationMs, pages, received, urgent, confidential, subject } = message;
  const below = senderAddress(message);
  const measure =
    durationMs === undefined ? (pages === undefined ? '' : list.pages(pages)) : clock(durationMs);
  return (
    <header class="message-head">
      <Avatar item={message} large />
      <div>
        <h1 id="message-title" ref={title} tabIndex={-1}>
          {senderName(words.value, message)}
        </h1>
        {below === undefined ? null : <p class="muted">{below}</p>}
        <p class="message-facts muted">
          <span>{one[kind]}</span>
          {measure === '' ? null : <span>{measure}</span>}
          <time dateTime={received}>{longTime(received)}</time>
        </p>
        <p class="badges">
          {urgent ? <span class="badge urgent">{list.urgent}</span> : null}
          {message.from.attestation === 'failed' ? (
            <span class="badge urgent">{list.falseNumber}</span>
          ) : null}
          {message.from.attestation === 'A' ? <span class="badge">{list.trueNumber}</span> : null}
          {confidential ? <span class="badge">{said.confidential}</span> : null}
        </p>
      </div>
      {subject === undefined ? null : <h2 class="subject">{subject}</h2>}
    </header>
  );
}

function Loading() {
  return (
    <div class="message" aria-busy="true">
      <div class="message-head">
        <span class="skeleton round large" />
        <div class="grow">
          <span class="skeleton line title" />
          <span class="skeleton line short" />
        </div>
      </div>
      <div class="skeleton block" />
      <div class="skeleton line" />
      <div class="skeleton line" />
      <div class="skeleton line short" />
    </div>
  );
}
