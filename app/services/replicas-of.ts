/** Messages as they are sent to another node, many read from the store at once. */
import { writeEnvelope } from '../core/envelope/envelope.ts';
import { isFault } from '../core/errors.ts';
import type { E164, MediaId, MessageId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import type { MessageRegister } from '../core/replication/message-register.ts';
import type { MessageContent, Replica } from '../ports/replication.ts';
import { liveMessage, piecesOf, type PiecesDeps } from './pieces-of.ts';

/** Larger messages are read one by one, in bytes. */
const mostReadAtOnce = 262_144;

export interface Wanted {
  readonly number: E164;
  readonly id: MessageId;
  readonly register: MessageRegister;
  /** With envelope and parts. */
  readonly whole: boolean;
}

/** By id. `gone`: there is no such message any more; `broken`: bytes of it are; `away`: the archive where it lies is. */
export async function replicasOf(
  deps: PiecesDeps,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<MessageId, Replica | 'gone' | 'broken' | 'away'>> {
  const { store } = deps;
  const found = await store.messages.getAll(wanted.filter(({ whole }) => whole).map(({ id }) => id));
  const messages = new Map(found.map((message) => [message.id, message]));
  const small = found.filter((message) => message.tier !== 'archived' && sizeOf(message) <= mostReadAtOnce);
  const ids = small.flatMap(partsOf);
  const media = ids.length === 0 ? new Map() : await store.media.getAll(ids);
  const withMedia = {
    ...deps,
    store: {
      media: {
        get: async (id: MediaId) => media.get(id) ?? store.media.get(id),
        getRange: (id: MediaId, from: number, to: number) => store.media.getRange(id, from, to),
      },
    },
  };
  const replicas = await Promise.all(
    wanted.map(async ({ number, id, register, whole }) => {
      if (!whole) return { kind: 'message', number, id, register, pieces: [] } as const;
      const there = messages.get(id);
      const message = there?.tier === 'archived' ? await broughtBack(deps, id) : there;
      if (message === undefined) return 'gone';
      if (message === 'away') return message;
      const pieces = await piecesOf(withMedia, message);
      if (pieces === undefined) return 'broken';
      return { kind: 'message', number, id, register, content: contentOf(message), pieces } as const;
    }),
  );
  return new Map(replicas.map((replica, i) => [wanted[i]?.id as MessageId, replica]));
}

async function broughtBack(deps: PiecesDeps, id: MessageId): Promise<Message | 'away' | undefined> {
  try {
    return await liveMessage(deps, id);
  } catch (error) {
    if (isFault(error, 'archive-unavailable') || isFault(error, 'archive-failed')) return 'away';
    throw error;
  }
}

function contentOf({ envelope, reference, referenceExpires, expires, stored = [] }: Message): MessageContent {
  return { envelope: writeEnvelope(envelope), reference, referenceExpires, expires, stored };
}

function sizeOf({ envelope: { parts } }: Message): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Its parts as they are kept. */
function partsOf({ envelope, stored = [] }: Message): MediaId[] {
  return envelope.parts.map(({ media }, i) => stored.find(({ of }) => of === i)?.media ?? media);
}
