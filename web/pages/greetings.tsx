/** What callers hear: recorded, uploaded, listened to, chosen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer } from '../api/client.ts';
import {
  greetingAddress,
  putGreeting,
  readGreetings,
  removeGreeting,
  setAnnouncementOnly,
  type GreetingKind,
  type Greetings as GreetingsOf,
} from '../api/mailbox.ts';
import { Button } from '../parts/button.tsx';
import { Field, Switch } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Recorder } from '../parts/recorder.tsx';
import { complain, say } from '../state/toasts.ts';
import { clock, dateOf } from '../words/times.ts';
import { words } from '../words/words.ts';

const kinds: readonly GreetingKind[] = ['unavailable', 'busy', 'temporary', 'name'];
const mostSeconds = 180;

export function Greetings({ mailbox }: { readonly mailbox: string }) {
  const { greetings: said } = words.value;
  const [greetings, setGreetings] = useState<GreetingsOf>();
  const keep = (answer: Answer<GreetingsOf>, done?: string): boolean => {
    if (!answer.ok) complain(answer.trouble);
    else {
      setGreetings(answer.value);
      if (done !== undefined) say(done);
    }
    return answer.ok;
  };
  useEffect(() => void readGreetings(mailbox).then((answer) => keep(answer)), [mailbox]);
  return (
    <div class="page">
      <header class="page-head">
        <h1>{said.title}</h1>
        <p class="muted">{said.intro}</p>
      </header>
      {greetings === undefined ? <div class="skeleton block tall" aria-busy="true" /> : null}
      {greetings?.playing === 'system' ? <p class="notice info">{said.system}</p> : null}
      {greetings === undefined
        ? null
        : kinds.map((kind) => (
            <Greeting key={kind} kind={kind} of={greetings} mailbox={mailbox} onAnswer={keep} />
          ))}
      {greetings === undefined ? null : (
        <section class="card">
          <Switch
            label={said.announcementOnly}
            hint={said.announcementOnlyHint}
            on={greetings.announcementOnly}
            onChange={(on) => void setAnnouncementOnly(mailbox, on).then((answer) => keep(answer))}
          />
        </section>
      )}
    </div>
  );
}

interface GreetingProps {
  readonly kind: GreetingKind;
  readonly of: GreetingsOf;
  readonly mailbox: string;
  readonly onAnswer: (answer: Answer<GreetingsOf>, done?: string) => boolean;
}

function Greeting({ kind, of, mailbox, onAnswer }: GreetingProps) {
  const { greetings: said } = words.value;
  const [recording, setRecording] = useState<Blob>();
  const [until, setUntil] = useState('');
  const [round, setRound] = useState(0);
  const recorded = of.items.find((one) => one.kind === kind);
  const put = async (sound: Blob): Promise<void> => {
    const end = kind === 'temporary' && until !== '' ? new Date(until).toISOString() : undefined;
    if (!onAnswer(await putGreeting(mailbox, kind, sound, end), said.saved)) return;
    setRecording(undefined);
    setRound((n) => n + 1);
  };
  return (
    <section class="card greeting" aria-label={said.kinds[kind]}>
      <div class="greeting-head">
        <h2>{said.kinds[kind]}</h2>
        {recorded === undefined ? (
          <span class="badge">{said.none}</span>
        ) : (
          <span class="muted">{clock(recorded.durationMs)}</span>
        )}
        {recorded?.playing === true ? (
          <span class="badge good">
            <Icon name="check" size={13} />
            {said.playing}
          </span>
        ) : null}
      </div>
      <p class="hint">{said.hints[kind]}</p>
      {recorded?.until === undefined ? null : (
        <p class="hint">
          {said.until} {dateOf(recorded.until)}
        </p>
      )}
      {recorded === undefined ? null : (
        <audio
          key={round}
          controls
          preload="none"
          aria-label={`${said.listen}: ${said.kinds[kind]}`}
          src={greetingAddress(mailbox, kind)}
        />
      )}
      {kind === 'temporary' ? (
        <Field
          label={said.until}
          hint={said.forever}
          type="datetime-local"
          value={until}
          onInput={setUntil}
        />
      ) : null}
      <div class="buttons">
        <Recorder recording={recording} onRecording={setRecording} mostSeconds={mostSeconds} />
        {recording === undefined ? (
          <Upload onFile={(file) => void put(file)} />
        ) : (
          <Button look="main" icon="check" onClick={() => void put(recording)}>
            {said.keep}
          </Button>
        )}
        {recorded === undefined ? null : (
          <Button
            look="quiet"
            icon="trash"
            onClick={() =>
              void removeGreeting(mailbox, kind).then((answer) => onAnswer(answer, said.removed))
            }
          >
            {said.remove}
          </Button>
        )}
      </div>
    </section>
  );
}

function Upload({ onFile }: { readonly onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const { upload } = words.value.greetings;
  return (
    <>
      <input
        ref={input}
        class="heard-only"
        type="file"
        accept="audio/*"
        aria-label={upload}
        tabIndex={-1}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (file !== undefined) onFile(file);
        }}
      />
      <Button icon="upload" onClick={() => input.current?.click()}>
        {upload}
      </Button>
    </>
  );
}
