/** What is in a message, each part as its kind wants it. */
import { useState } from 'preact/hooks';
import { partAddress, type Message, type Part } from '../api/messages.ts';
import { size } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Icon } from './icon.tsx';
import { later } from './later.tsx';
import { Transcript } from './transcript.tsx';

const Player = later(async () => (await import('./player.tsx')).Player);

const sounds = ['audio/mpeg', 'audio/ogg', 'audio/wav', 'audio/mp4'];
const pictures = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
const films = ['video/mp4', 'video/webm'];

function formOf(part: Part, wanted: readonly string[]): string | undefined {
  return wanted.find((one) => part.forms.some((form) => form.split(';', 1)[0]?.toLowerCase() === one));
}

function isWritten({ contentType }: Part): boolean {
  return /^text\//i.test(contentType);
}

export function Content({ message }: { readonly message: Message }) {
  const [nowMs, setNow] = useState(0);
  const [goTo, setGoTo] = useState<{ readonly ms: number }>();
  const { kind, transcript, parts } = message;
  const sound = parts.find(
    (part) => /^audio\//i.test(part.contentType) && formOf(part, sounds) !== undefined,
  );
  const shown = parts.filter((part) => part !== sound && !isWritten(part));
  const isSpoken = sound !== undefined && kind === 'voice';
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
      {isSpoken ? <Transcript message={message} nowMs={nowMs} onGo={(ms) => setGoTo({ ms })} /> : null}
      {!isSpoken && transcript !== undefined ? <Written text={transcript} kind={kind} /> : null}
      {shown.map((part) => (
        <Shown key={part.index} message={message} part={part} />
      ))}
      <Attachments message={message} played={sound} />
    </div>
  );
}

function Written({ text, kind }: { readonly text: string; readonly kind: Message['kind'] }) {
  return <p class={kind === 'text' ? 'written bubble in' : 'written'}>{text}</p>;
}

function Shown({ message: { id }, part }: { readonly message: Message; readonly part: Part }) {
  const { message: said } = words.value;
  const film = formOf(part, films);
  const picture = formOf(part, pictures);
  if (film !== undefined && /^video\//i.test(part.contentType))
    return (
      <video class="film" controls preload="metadata" src={partAddress(id, part.index, { form: film })} />
    );
  if (picture === undefined) return null;
  if (/^image\/(?!tiff)/i.test(part.contentType)) {
    const src = partAddress(id, part.index, { form: picture });
    const alt = part.name ?? said.picture(part.index + 1);
    return <img class="picture" loading="lazy" alt={alt} src={src} />;
  }
  const pages = part.pages ?? 1;
  return (
    <div class="pages">
      {Array.from({ length: pages }, (_, i) => (
        <figure key={i}>
          <img
            loading="lazy"
            alt={said.page(i + 1, pages)}
            src={partAddress(id, part.index, { form: picture, page: i + 1 })}
          />
          <figcaption>{said.page(i + 1, pages)}</figcaption>
        </figure>
      ))}
    </div>
  );
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
