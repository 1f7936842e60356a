/** What is in a message, each part as its kind wants it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { partAddress, type Message, type Part } from '../api/messages.ts';
import { saidElsewhere } from '../state/transcript.ts';
import { size } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Icon } from './icon.tsx';
import { later } from './later.tsx';
import type { PlayerProps } from './player.tsx';
import { Transcript } from './transcript.tsx';
import { Pictures } from './viewer.tsx';

const Player = later(async () => (await import('./player.tsx')).Player);

const sounds = ['audio/mpeg', 'audio/ogg', 'audio/wav', 'audio/mp4'];
const pictures = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
const films = ['video/mp4', 'video/webm'];

function formOf(part: Part, wanted: readonly string[]): string | undefined {
  return wanted.find((one) => part.forms.some((form) => form.split(';', 1)[0]?.toLowerCase() === one));
}

function isFilm(part: Part): boolean {
  return /^video\//i.test(part.contentType) && formOf(part, films) !== undefined;
}

function isWritten({ contentType }: Part): boolean {
  return /^text\//i.test(contentType);
}

export function Content({ message }: { readonly message: Message }) {
  const [nowMs, setNow] = useState(0);
  const [goTo, setGoTo] = useState<{ readonly ms: number }>();
  const { kind, transcript, parts } = message;
  const go = (ms: number): void => setGoTo({ ms });
  const sound = parts.find(
    (part) => /^audio\//i.test(part.contentType) && formOf(part, sounds) !== undefined,
  );
  const shown = parts.filter((part) => part !== sound && !isWritten(part));
  const heard = sound ?? shown.find(isFilm);
  // What came with a video may be words that somebody wrote.
  const isSpoken =
    heard !== undefined && (kind === 'voice' || message.words?.some(({ part }) => part === heard.index));
  const elsewhere = isSpoken ? saidElsewhere(message, heard.index) : undefined;
  return (
    <div class="content">
      {sound === undefined ? null : (
        <Player
          src={partAddress(message.id, sound.index, { form: formOf(sound, sounds) ?? '' })}
          durationMs={sound.durationMs}
          onTime={setNow}
          goTo={goTo}
        />
      )}
      {isSpoken && heard === sound ? (
        <Transcript message={message} part={heard.index} nowMs={nowMs} onGo={go} />
      ) : null}
      {!isSpoken && transcript !== undefined ? <Written text={transcript} kind={kind} /> : null}
      {shown.map((part) =>
        part === heard ? (
          <Film key={part.index} message={message} part={part} onTime={setNow} goTo={goTo} />
        ) : (
          <Shown key={part.index} message={message} part={part} />
        ),
      )}
      {isSpoken && heard !== sound ? (
        <Transcript message={message} part={heard.index} nowMs={nowMs} onGo={go} />
      ) : null}
      {elsewhere === undefined ? null : <Written text={elsewhere} kind={kind} />}
      <Attachments message={message} played={sound} />
    </div>
  );
}

function Written({ text, kind }: { readonly text: string; readonly kind: Message['kind'] }) {
  return <p class={kind === 'text' ? 'written bubble in' : 'written'}>{text}</p>;
}

interface FilmProps extends Pick<PlayerProps, 'onTime' | 'goTo'> {
  readonly message: Message;
  readonly part: Part;
}

function Film({ message: { id }, part, onTime, goTo }: FilmProps) {
  const film = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (goTo === undefined || film.current === null) return;
    film.current.currentTime = goTo.ms / 1000;
    void film.current.play().catch(() => undefined);
  }, [goTo]);
  return (
    <video
      ref={film}
      class="film"
      controls
      playsInline
      preload="metadata"
      aria-label={part.name ?? words.value.one.video}
      src={partAddress(id, part.index, { form: formOf(part, films) ?? '' })}
      onTimeUpdate={({ currentTarget }) => onTime?.(currentTarget.currentTime * 1000)}
    />
  );
}

function Shown({ message, message: { id }, part }: { readonly message: Message; readonly part: Part }) {
  const { message: said } = words.value;
  const picture = formOf(part, pictures);
  if (isFilm(part)) return <Film message={message} part={part} />;
  if (picture === undefined) return null;
  if (/^image\/(?!tiff)/i.test(part.contentType)) {
    const src = partAddress(id, part.index, { form: picture });
    const alt = part.name ?? said.picture(part.index + 1);
    return <Pictures look="picture" pictures={[{ src, alt }]} />;
  }
  const pages = part.pages ?? 1;
  const leaves = Array.from({ length: pages }, (_, i) => ({
    src: partAddress(id, part.index, { form: picture, page: i + 1 }),
    alt: said.page(i + 1, pages),
  }));
  return <Pictures look="pages" pictures={leaves} />;
}

interface AttachmentsProps {
  readonly message: Message;
  readonly played: Part | undefined;
}

function Attachments({ message: { id, kind, parts }, played }: AttachmentsProps) {
  const { message: said } = words.value;
  const listed = parts.filter(
    (part) => part !== played && (!isWritten(part) || (kind === 'email' && part.index > 0)),
  );
  if (listed.length === 0) return null;
  return (
    <section class="attachments" aria-label={said.attachments}>
      {listed.map((part) => (
        <a
          key={part.index}
          class="attachment"
          href={partAddress(id, part.index, { download: true })}
          download
        >
          <Icon name="download" size={18} />
          <span class="attachment-name">{part.name ?? part.contentType.split(';', 1)[0]}</span>
          <span class="muted">{size(part.bytes)}</span>
        </a>
      ))}
    </section>
  );
}
