/** Signing in: by the PIN, or by a code that comes as a text. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { sendCode } from '../api/session.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Logo } from '../parts/logo.tsx';
import { signIn } from '../state/session.ts';
import { complain, troubleWords } from '../state/toasts.ts';
import type { Trouble } from '../api/client.ts';
import { language, speak, spoken, words, type Words } from '../words/words.ts';

type Way = 'pin' | 'code';

export function SignIn() {
  const { signIn: said } = words.value;
  const [way, setWay] = useState<Way>('pin');
  return (
    <Welcome title={said.title} intro={said.intro}>
      <div class="tabs" role="group" aria-label={said.submit}>
        <button type="button" aria-pressed={way === 'pin'} onClick={() => setWay('pin')}>
          {said.withPin}
        </button>
        <button type="button" aria-pressed={way === 'code'} onClick={() => setWay('code')}>
          {said.withCode}
        </button>
      </div>
      <Form way={way} />
    </Welcome>
  );
}

function Form({ way }: { readonly way: Way }) {
  const { signIn: said } = words.value;
  const [number, setNumber] = useState('');
  const [secret, setSecret] = useState('');
  const [wrong, setWrong] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setWrong(undefined);
    const digits = secret.replaceAll(/\D/g, '');
    const answer = await signIn(way === 'pin' ? { number, pin: digits } : { number, code: digits });
    if (answer.ok) return;
    setBusy(false);
    setWrong(answer.trouble);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field
        label={said.number}
        hint={said.numberHint}
        value={number}
        onInput={setNumber}
        type="tel"
        autoComplete="username"
        maxLength={32}
        required
      />
      {way === 'code' ? <AskCode number={number} /> : null}
      <Field
        key={way}
        label={way === 'pin' ? said.pin : said.code}
        value={secret}
        onInput={setSecret}
        type={way === 'pin' ? 'password' : 'text'}
        inputMode="numeric"
        autoComplete={way === 'pin' ? 'current-password' : 'one-time-code'}
        maxLength={24}
        required
      />
      {wrong === undefined ? null : (
        <p class="notice bad" role="alert">
          {wrongWords(words.value, wrong)}
        </p>
      )}
      <Button type="submit" look="main" busy={busy}>
        {said.submit}
      </Button>
    </form>
  );
}

function AskCode({ number }: { readonly number: string }) {
  const { signIn: said } = words.value;
  const [sent, setSent] = useState(false);
  const ask = async (): Promise<void> => {
    const answer = await sendCode(number);
    if (answer.ok) setSent(true);
    else complain(answer.trouble);
  };
  return (
    <div class="ask-code">
      <Button disabled={number.trim() === ''} onClick={() => void ask()}>
        {sent ? said.codeAgain : said.sendCode}
      </Button>
      <p class="hint" role="status">
        {sent ? said.codeSent : ''}
      </p>
    </div>
  );
}

function wrongWords(all: Words, trouble: Trouble): string {
  const { signIn: said } = all;
  if (trouble.code === 'bad-credentials' || trouble.code === 'invalid') return said.wrong;
  if (trouble.code === 'locked') return said.locked(Math.max(1, Math.ceil((trouble.retryAfter ?? 60) / 60)));
  return troubleWords(all, trouble);
}

interface WelcomeProps {
  readonly title: string;
  readonly intro: string;
  readonly children: ComponentChildren;
}

/** The frame of pages for those who are not signed in. */
export function Welcome({ title, intro, children }: WelcomeProps) {
  return (
    <main class="welcome">
      <div class="card">
        <Logo size={44} />
        <h1>{title}</h1>
        <p class="muted">{intro}</p>
        {children}
      </div>
      <p class="languages">
        {spoken.map((one) => (
          <button
            key={one}
            type="button"
            lang={one}
            aria-pressed={language.value === one}
            onClick={() => speak(one)}
          >
            {one === 'es' ? 'Español' : 'English'}
          </button>
        ))}
      </p>
    </main>
  );
}
