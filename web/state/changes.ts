/** What is done to messages: shown at once, undone on wish, taken back where the server refuses. */
import type { Answer } from '../api/client.ts';
import {
  changeMessage,
  readMessage,
  type Message,
  type MessageItem,
  type MessageState,
} from '../api/messages.ts';
import { words } from '../words/words.ts';
import * as inbox from './inbox.ts';
import { readCountsSoon } from './mailbox.ts';
import { renewOpened } from './opened.ts';
import { complain, say } from './toasts.ts';

type Change = { readonly state: MessageState } | { readonly urgent: boolean };
type Changeable = Pick<MessageItem, 'id' | 'state' | 'urgent' | 'version'>;

export function moveTo(message: Changeable, state: MessageState): Promise<void> {
  return withUndo(message, { state }, { state: message.state });
}

export function markUrgent(message: Changeable, urgent: boolean): Promise<void> {
  return withUndo(message, { urgent }, { urgent: message.urgent });
}

/** Opening does this by itself; whoever saved or deleted it meanwhile is not overruled. */
export async function markHeard(message: Changeable): Promise<void> {
  show(message.id, { state: 'heard' });
  const answer = await changeMessage(message.id, { state: 'heard' }, message.version);
  if (answer.ok) keep(answer.value);
  else show(message.id, { state: message.state });
  readCountsSoon();
}

async function withUndo(message: Changeable, change: Change, back: Change): Promise<void> {
  const { done } = words.value;
  if (!(await apply(message, change))) return;
  say(doneWords(message, change), () => {
    void current(message).then(async (now) => {
      if (await apply(now, back)) say(done.undone);
    });
  });
}

/** Versions grew by what was done: the one that the list or the server has now. */
async function current(message: Changeable): Promise<Changeable> {
  const known = inbox.itemOf(message.id);
  if (known !== undefined) return known;
  const answer = await readMessage(message.id);
  return answer.ok ? answer.value : message;
}

async function apply(message: Changeable, change: Change): Promise<boolean> {
  const before = inbox.itemOf(message.id);
  show(message.id, change);
  const answer = await insist(message, change);
  if (answer.ok) {
    keep(answer.value);
    readCountsSoon();
    return true;
  }
  if (before !== undefined) inbox.take(before);
  renewOpened(message);
  complain(answer.trouble);
  if (answer.trouble.status === 404) inbox.remove(message.id);
  return false;
}

/** A message that changed elsewhere is read again and the same is asked of it once more: it is what was wanted by hand. */
async function insist(message: Changeable, change: Change): Promise<Answer<Message>> {
  const first = await changeMessage(message.id, change, message.version);
  if (first.ok || first.trouble.status !== 412) return first;
  const now = await readMessage(message.id);
  return now.ok ? changeMessage(message.id, change, now.value.version) : now;
}

function show(id: string, change: Change): void {
  const item = inbox.itemOf(id);
  if (item !== undefined) inbox.take({ ...item, ...change });
  renewOpened({ id, ...change });
}

function keep(message: Message): void {
  const { parts, preview, ...rest } = message;
  const before = inbox.itemOf(message.id);
  const shown = preview ?? before?.preview;
  inbox.take({ ...rest, parts: parts.length, ...(shown === undefined ? {} : { preview: shown }) });
  renewOpened(message);
}

function doneWords({ state }: Changeable, change: Change): string {
  const { done } = words.value;
  if ('urgent' in change) return change.urgent ? done.urgent : done.notUrgent;
  if (change.state === 'deleted') return done.deleted;
  if (state === 'deleted') return done.restored;
  if (change.state === 'saved') return done.saved;
  return change.state === 'new' ? done.markedNew : done.restored;
}
