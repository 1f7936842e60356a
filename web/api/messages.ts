/** Messages: listed, read, changed, answered. */
import type { MessageKind, MessageState } from '../../app/gateways/web/api/schema/common.ts';
import type {
  callAccepted,
  CallRequest,
  Message,
  MessageChange,
  MessageItem,
  MessageList,
  NewPart,
  Part,
  Sent,
  Thread,
} from '../../app/gateways/web/api/schema/message.ts';
import type { z } from 'zod';
import { ask, query, type Answer } from './client.ts';

export type { Message, MessageItem, MessageKind, MessageState, Part, Thread };

export interface ListQuery {
  readonly states: readonly MessageState[];
  readonly kind: MessageKind | undefined;
  readonly words: string;
}

export interface PageQuery {
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export function listMessages(
  mailbox: string,
  { states, kind, words }: ListQuery,
  { cursor, limit, signal }: PageQuery,
): Promise<Answer<MessageList>> {
  const asked = query({ state: states.join(','), kind, q: words, cursor, limit });
  return ask('GET', `/mailboxes/${mailbox}/messages${asked}`, signal === undefined ? {} : { signal });
}

export function readMessage(id: string, signal?: AbortSignal): Promise<Answer<Message>> {
  return ask('GET', `/messages/${id}`, signal === undefined ? {} : { signal });
}

export function changeMessage(id: string, change: MessageChange, version: number): Promise<Answer<Message>> {
  return ask('PATCH', `/messages/${id}`, { body: change, version });
}

export function readThread(id: string): Promise<Answer<Thread>> {
  return ask('GET', `/messages/${id}/thread`);
}

export interface Outgoing {
  readonly text?: string;
  readonly recording?: Blob;
  readonly urgent?: boolean;
  /** The same for a repeat. */
  readonly key: string;
}

export async function replyTo(
  id: string,
  { text, recording, urgent = false, key }: Outgoing,
): Promise<Answer<Sent>> {
  const words = text?.trim() ?? '';
  const body = { ...(words === '' ? {} : { text: words }), parts: await partsOf(recording), urgent };
  return ask('POST', `/messages/${id}/reply`, { body, key });
}

export async function forwardTo(
  id: string,
  to: readonly string[],
  { text, recording, urgent = false, key }: Outgoing,
): Promise<Answer<Sent>> {
  const comment = text?.trim() ?? '';
  const body = { to, ...(comment === '' ? {} : { comment }), parts: await partsOf(recording), urgent };
  return ask('POST', `/messages/${id}/forward`, { body, key });
}

export function callAbout(
  id: string,
  what: CallRequest['what'],
  key: string,
): Promise<Answer<z.infer<typeof callAccepted>>> {
  return ask('POST', `/messages/${id}/call`, { body: { what }, key });
}

/** Where a part can be fetched. */
export function partAddress(
  id: string,
  part: number,
  how: { readonly form?: string; readonly page?: number; readonly download?: boolean } = {},
): string {
  const { form, page, download } = how;
  return `/v1/messages/${id}/parts/${part}${query({ form, page, download: download === true ? 'true' : undefined })}`;
}

async function partsOf(recording: Blob | undefined): Promise<NewPart[]> {
  if (recording === undefined) return [];
  return [{ contentType: recording.type || 'audio/webm', name: 'recording', data: await base64(recording) }];
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('error', () => reject(reader.error ?? new Error('unreadable')));
    reader.addEventListener('load', () =>
      resolve(typeof reader.result === 'string' ? reader.result.replace(/^[^,]*,/, '') : ''),
    );
    reader.readAsDataURL(blob);
  });
}
