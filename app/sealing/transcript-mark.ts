/**
 * What is known of a message at other nodes, and who has it, lies in the clear beside it. There a mark stands for its transcript with
 * its times: the same for the same words of one message, and of no use to whoever has not the key.
 */
import { createHmac } from 'node:crypto';
import type { MessageId } from '../core/ids.ts';
import type { MessageRegister } from '../core/replication/message-register.ts';
import type { OpenKey } from './keyring.ts';

/** Where the transcript stands in a fingerprint; its times come after it. */
const wordsAt = 6;

export interface Said {
  readonly transcript: string;
  readonly times?: string;
}

export function markOf(key: OpenKey, id: MessageId, { transcript, times = '' }: Said): string {
  const text = `transcript/${id}\n${times}\n\n${transcript}`;
  return `~${createHmac('sha256', key.words).update(text).digest('base64url')}`;
}

export function markedRegister(key: OpenKey, id: MessageId, register: MessageRegister): MessageRegister {
  const { transcript, times, ...rest } = register;
  return transcript === undefined
    ? rest
    : { ...rest, transcript: markOf(key, id, saidOf(transcript, times)) };
}

/** A fingerprint with what comes before it. */
export function markedFingerprint(key: OpenKey, id: MessageId, has: string): string {
  const at = has.indexOf('[');
  const values = JSON.parse(has.slice(at)) as unknown[];
  const [transcript, times] = values.splice(wordsAt);
  if (typeof transcript !== 'string') return has;
  const mark = markOf(key, id, saidOf(transcript, times));
  return `${has.slice(0, at)}${JSON.stringify([...values, mark])}`;
}

function saidOf(transcript: string, times: unknown): Said {
  return { transcript, ...(typeof times === 'string' ? { times } : {}) };
}

/** The fingerprint that was marked, if it was of these words. */
export function openFingerprint(mark: string, { transcript, times }: Said, has: string): string {
  const end = `,"${mark}"]`;
  if (!has.endsWith(end)) return has;
  const said = [transcript, times].flatMap((one) => (one === undefined ? [] : [JSON.stringify(one)]));
  return `${has.slice(0, -end.length)},${said.join()}]`;
}
