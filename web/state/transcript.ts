/** Which words are said when: by the recogniser's times, else each sentence for a share of the time by its length. */
import type { Message } from '../../app/gateways/web/api/schema/message.ts';

export interface Piece {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** @param part the one that is listened to; what is said in others is not among the pieces */
export function piecesOf(message: Message, part: number): readonly Piece[] {
  const { transcript = '', words = [], durationMs = 0 } = message;
  if (words.length > 0)
    return words
      .filter((one) => one.part === part)
      .map(({ word, startMs, endMs }) => ({ text: `${word} `, startMs, endMs }));
  const sentences = transcript.match(/[^.!?…\n]+(?:[.!?…]+["'”’)]*)?\s*|[.!?…\n]+\s*/g) ?? [];
  const all = sentences.reduce((sum, one) => sum + one.length, 0);
  let before = 0;
  return sentences.map((text) => {
    const startMs = (before / all) * durationMs;
    before += text.length;
    return { text, startMs, endMs: (before / all) * durationMs };
  });
}

/** What is said in other parts than that: it stands below, for these are not listened to there. `undefined`: nothing. */
export function saidElsewhere({ words = [] }: Pick<Message, 'words'>, part: number): string | undefined {
  const others = words.filter((one) => one.part !== part);
  return others.length === 0 ? undefined : others.map(({ word }) => word).join(' ');
}

/** Index of what is said then, or was said last; -1 before the first. */
export function pieceAt(pieces: readonly Piece[], ms: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
