/**
 * The words of a sound: the one that is said just now stands out, and each leads there, by a click or by arrow keys and Enter.
 * Whoever hears the page reads them as one text.
 */
import { Fragment } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Message } from '../api/messages.ts';
import { pieceAt, piecesOf } from '../state/transcript.ts';
import { words } from '../words/words.ts';

interface TranscriptProps {
  readonly message: Message;
  /** Index of the part that is listened to. */
  readonly part: number;
  readonly nowMs: number;
  readonly onGo: (ms: number) => void;
}

export function Transcript({ message, part, nowMs, onGo }: TranscriptProps) {
  const { message: said } = words.value;
  const pieces = useMemo(() => piecesOf(message, part), [message.transcript, message.words, part]);
  const [chosen, setChosen] = useState(-1);
  const box = useRef<HTMLDivElement>(null);
  const now = nowMs > 0 ? pieceAt(pieces, nowMs) : -1;
  useEffect(() => show(box.current, now), [now]);
  useEffect(() => show(box.current, chosen), [chosen]);
  const go = (at: number): void => {
    const piece = pieces[at];
    if (piece === undefined) return;
    setChosen(at);
    onGo(piece.startMs);
  };
  const onKey = (event: KeyboardEvent): void => {
    const next = keyed(event.key, chosen < 0 ? Math.max(0, now) - 1 : chosen, pieces.length);
    if (next === undefined) return;
    event.preventDefault();
    // What else the key does on this page is not meant.
    event.stopPropagation();
    if (next === 'go') go(chosen < 0 ? Math.max(0, now) : chosen);
    else setChosen(next);
  };
  // A word takes a third of a second: all are drawn anew only where something is to be seen of it.
  const drawn = useMemo(
    () =>
      pieces.map(({ text }, i) => {
        const looks = `piece${i === now ? ' now' : ''}${i === chosen ? ' chosen' : ''}`;
        const word = text.trimEnd();
        return (
          <Fragment key={i}>
            <span data-at={i} class={looks}>
              {word}
            </span>
            {text.slice(word.length)}
          </Fragment>
        );
      }),
    [pieces, now, chosen],
  );
  if (pieces.length === 0) return <p class="muted">{said.noTranscript}</p>;
  return (
    <section class="transcript" aria-labelledby="transcript-title">
      <h2 id="transcript-title">{said.transcript}</h2>
      <div
        ref={box}
        class="transcript-words"
        role="group"
        tabIndex={0}
        aria-labelledby="transcript-title"
        aria-describedby="transcript-hint"
        title={said.transcriptHint}
        onKeyDown={onKey}
        onBlur={() => setChosen(-1)}
        onClick={({ target }) => go(Number((target as HTMLElement).dataset['at'] ?? -1))}
      >
        {drawn}
      </div>
      <p class="heard-only" id="transcript-hint">
        {said.transcriptKeys}
      </p>
      <p class="heard-only" role="status">
        {pieces[chosen]?.text}
      </p>
    </section>
  );
}

/** The word that a key leads to, or what it does; `undefined`: nothing here. */
function keyed(key: string, at: number, count: number): number | 'go' | undefined {
  switch (key) {
    case 'ArrowRight':
      return Math.min(count - 1, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'Enter':
    case ' ':
      return 'go';
    default:
      return undefined;
  }
}

/** In its own box alone: the page stays where its reader has it. */
function show(box: HTMLElement | null, at: number): void {
  const piece = box?.querySelector<HTMLElement>(`[data-at="${at}"]`);
  if (!box || !piece) return;
  const [top, bottom] = [piece.offsetTop, piece.offsetTop + piece.offsetHeight];
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
