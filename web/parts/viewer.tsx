/** Pictures and pages in a message; each opens as large as the screen, and one leafs through them there. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { words } from '../words/words.ts';
import { IconButton } from './button.tsx';

export interface Picture {
  readonly src: string;
  readonly alt: string;
}

interface PicturesProps {
  readonly pictures: readonly Picture[];
  /** Pages have their number below. */
  readonly look: 'pages' | 'picture';
}

export function Pictures({ pictures, look }: PicturesProps) {
  const [at, setAt] = useState<number>();
  return (
    <div class={look}>
      {pictures.map(({ src, alt }, i) => (
        <figure key={src}>
          <button type="button" class="enlarge" title={words.value.message.enlarge} onClick={() => setAt(i)}>
            <img loading="lazy" alt={alt} src={src} />
          </button>
          {look === 'pages' ? <figcaption aria-hidden="true">{alt}</figcaption> : null}
        </figure>
      ))}
      {at === undefined ? null : (
        <Viewer pictures={pictures} at={at} onGo={setAt} onClose={() => setAt(undefined)} />
      )}
    </div>
  );
}

interface ViewerProps {
  readonly pictures: readonly Picture[];
  readonly at: number;
  readonly onGo: (at: number) => void;
  readonly onClose: () => void;
}

function Viewer({ pictures, at, onGo, onClose }: ViewerProps) {
  const { message: said, nav } = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const shown = pictures[at];
  if (shown === undefined) return null;
  const leaf = (by: number): void => onGo(Math.min(pictures.length - 1, Math.max(0, at + by)));
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={shown.alt}
      onClose={onClose}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft' || key === 'PageUp') leaf(-1);
        if (key === 'ArrowRight' || key === 'PageDown') leaf(1);
      }}
    >
      <header>
        <p aria-live="polite">{shown.alt}</p>
        {pictures.length < 2 ? null : (
          <>
            <IconButton icon="back" label={said.previous} disabled={at === 0} onClick={() => leaf(-1)} />
            <IconButton
              icon="next"
              label={said.next}
              disabled={at === pictures.length - 1}
              onClick={() => leaf(1)}
            />
          </>
        )}
        <IconButton icon="close" label={nav.close} onClick={onClose} />
      </header>
      <img key={shown.src} alt="" src={shown.src} />
    </dialog>
  );
}
