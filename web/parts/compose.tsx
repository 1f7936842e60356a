/** Answering a message and sending it on: written, spoken or both. */
import { useState } from 'preact/hooks';
import type { Answer } from '../api/client.ts';
import { forwardTo, replyTo, type Message } from '../api/messages.ts';
import { mailbox } from '../state/mailbox.ts';
import { complain, complainOf, say } from '../state/toasts.ts';
import { senderName } from '../words/people.ts';
import { spaced } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Field, Switch } from './field.tsx';
import { Recorder } from './recorder.tsx';

interface ComposeProps {
  readonly what: 'reply' | 'forward';
  readonly message: Message;
  /** `sent`: it went out. */
  readonly onDone: (sent: boolean) => void;
}

type Sent = Parameters<typeof tell>[0];

export function Compose({ what, message, onDone }: ComposeProps) {
  const { compose: said } = words.value;
  const [text, setText] = useState('');
  const [to, setTo] = useState('');
  const [recording, setRecording] = useState<Blob>();
  const [urgent, setUrgent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [key] = useState(() => crypto.randomUUID());
  const isReply = what === 'reply';
  const send = async (): Promise<void> => {
    if (isReply && text.trim() === '' && recording === undefined) return complainOf(said.empty);
    setBusy(true);
    const out = { text, urgent, key, ...(recording === undefined ? {} : { recording }) };
    const answer: Answer<Sent> = isReply
      ? await replyTo(message.id, out)
      : await forwardTo(
          message.id,
          to
            .split(/[,;]+/)
            .map((one) => one.trim())
            .filter(Boolean),
          out,
        );
    setBusy(false);
    if (!answer.ok) return complain(answer.trouble);
    tell(answer.value);
    onDone(true);
  };
  const title = isReply ? said.replyTitle(senderName(words.value, message)) : said.forwardTitle;
  return (
    <form
      class="compose"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2>{title}</h2>
      {isReply ? null : (
        <Field
          label={said.to}
          hint={said.toHint}
          value={to}
          onInput={setTo}
          required
          autoFocus
          inputMode="tel"
        />
      )}
      <Words
        label={isReply ? said.text : said.comment}
        hint={said.textHint}
        text={text}
        onText={setText}
        focus={isReply}
      />
      <Recorder
        recording={recording}
        onRecording={setRecording}
        mostSeconds={mailbox.value?.maxMessageSeconds ?? 120}
      />
      <Switch label={said.urgent} on={urgent} onChange={setUrgent} />
      <div class="buttons">
        <Button type="submit" look="main" icon={what} busy={busy}>
          {said.send}
        </Button>
        <Button look="quiet" onClick={() => onDone(false)}>
          {said.cancel}
        </Button>
      </div>
    </form>
  );
}

interface WordsProps {
  readonly label: string;
  readonly hint: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly focus: boolean;
}

function Words({ label, hint, text, onText, focus }: WordsProps) {
  return (
    <div class="field">
      <label for="compose-text">{label}</label>
      <textarea
        id="compose-text"
        rows={3}
        maxLength={10_000}
        placeholder={hint}
        autoFocus={focus}
        value={text}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    </div>
  );
}

function tell({
  sent,
  full,
  failed,
}: {
  readonly sent: readonly string[];
  readonly full: readonly string[];
  readonly failed: readonly string[];
}): void {
  const { compose: said } = words.value;
  if (sent.length > 0) say(said.sent(sent.map(spaced).join(', ')));
  const not = [...full, ...failed];
  if (not.length > 0) complainOf(said.partly(not.map(spaced).join(', ')));
}
