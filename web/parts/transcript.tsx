/**
 * The words of a sound: the one that is said just now stands out, and each leads there. Whoever hears the page hears them in one;
 * they go elsewhere in the sound by the player.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Message } from '../api/messages.ts';
import { pieceAt, piecesOf } from '../state/transcript.ts';
import { words } from '../words/words.ts';

interface TranscriptProps {
  readonly message: Pick<Message, 'transcript' | 'words' | 'durationMs'>;
  readonly nowMs: number;
  readonly onGo: (ms: number) => void;
}

export function Transcript({ message, nowMs, onGo }: TranscriptProps) {
  const { message: said } = words.value;
  const pieces = useMemo(() => piecesOf(message), [message.transcript, message.words, message.durationMs]);
  const at = nowMs > 0 ? pieceAt(pieces, nowMs) : -1;
  const current = useRef<HTMLSpanElement>(null);
  useEffect(() => current.current?.scrollIntoView({ block: 'nearest' }), [at]);
  if (pieces.length === 0) return <p class="muted">{said.noTranscript}</p>;
  return (
    <section class="transcript" aria-label={said.transcript}>
      <h2>{said.transcript}</h2>
      <p class="heard-only">{pieces.map(({ text }) => text).join('')}</p>
      <p class="transcript-words" aria-hidden="true">
        {pieces.map(({ text, startMs }, i) => (
          <span
            key={i}
            ref={i === at ? current : null}
            class={i === at ? 'piece now' : 'piece'}
            title={said.transcriptHint}
            onClick={() => onGo(startMs)}
          >
            {text}
          </span>
        ))}
      </p>
    </section>
  );
}
