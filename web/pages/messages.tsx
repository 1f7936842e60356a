/** The folders: the list, and beside it the message that is open. */
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { ListHead } from '../parts/list-head.tsx';
import { MessageList } from '../parts/message-list.tsx';
import { MessageView } from '../parts/message-view.tsx';
import { useKeys } from '../parts/use-keys.ts';
import { cursor, folder } from '../state/inbox.ts';
import { opened } from '../state/opened.ts';
import { addressOf, type Place } from '../state/places.ts';
import { visit } from '../state/visit.ts';

interface MessagesProps {
  readonly place: Extract<Place, { kind: 'messages' }>;
  readonly mailbox: string;
}

export function Messages({ place, mailbox }: MessagesProps) {
  const { route } = useLocation();
  // Before the list below reads: it is to read the right folder at once.
  if (folder.peek() !== place.folder) folder.value = place.folder;
  useEffect(() => void visit(place.message), [place.message]);
  useEffect(() => {
    if (place.message !== undefined) cursor.value = place.message;
  }, [place.message]);
  const close = (): void => {
    const id = cursor.peek();
    route(addressOf(place.folder));
    window.requestAnimationFrame(() => document.querySelector<HTMLElement>(`#row-${id}`)?.focus());
  };
  useKeys({ place, open: (id) => route(addressOf(place.folder, id)), close });
  useLeaveDeleted(place, close);
  return (
    <>
      <section class="list" aria-label={place.folder}>
        <ListHead />
        <MessageList of={mailbox} />
      </section>
      <section class="reading">
        <MessageView {...(place.message === undefined ? {} : { onClose: close })} />
      </section>
    </>
  );
}

/** A message that went into the trash is not looked at any longer. */
function useLeaveDeleted(place: MessagesProps['place'], close: () => void): void {
  const now = opened.value;
  const isDeleted = now.kind === 'there' && now.id === place.message && now.message.state === 'deleted';
  useEffect(() => {
    if (isDeleted && place.folder !== 'trash') close();
  }, [isDeleted]);
}
