/** What happens in the mailbox, as it happens: server-sent events; the browser resumes by itself with Last-Event-ID. */
import type { MessageItem } from '../../app/gateways/web/api/schema/message.ts';

interface MessageEventData {
  readonly id: string;
  readonly item?: MessageItem;
}

export interface Listener {
  /** The stream stands: what was missed before has to be asked for. */
  opened(): void;
  /** There is no stream for now. */
  closed(): void;
  arrived(item: MessageItem | undefined): void;
  changed(id: string, item: MessageItem | undefined): void;
  removed(id: string): void;
  mailboxChanged(): void;
}

/** After the server refused the stream, until it is asked again, in milliseconds. */
const retryMs = 60_000;

/** Listens until the result is called. */
export function listen(listener: Listener): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  const connect = (): void => {
    source = new EventSource('/v1/events');
    source.addEventListener('open', () => listener.opened());
    source.addEventListener('error', () => {
      listener.closed();
      // The browser tries again by itself unless the answer was no stream.
      if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(connect, retryMs);
    });
    source.addEventListener('message.new', (event) => listener.arrived(dataOf(event)?.item));
    source.addEventListener('message.changed', (event) => {
      const data = dataOf(event);
      if (data !== undefined) listener.changed(data.id, data.item);
    });
    source.addEventListener('message.removed', (event) => {
      const data = dataOf(event);
      if (data !== undefined) listener.removed(data.id);
    });
    source.addEventListener('mailbox.changed', () => listener.mailboxChanged());
  };
  connect();
  return () => {
    window.clearTimeout(timer);
    source?.close();
  };
}

function dataOf({ data }: MessageEvent<unknown>): MessageEventData | undefined {
  try {
    const said = JSON.parse(String(data)) as Partial<MessageEventData> | null;
    return typeof said?.id === 'string' ? (said as MessageEventData) : undefined;
  } catch {
    return undefined;
  }
}
