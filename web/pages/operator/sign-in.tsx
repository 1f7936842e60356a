/** Signing in as an operator; what went wrong is said as plainly as can be without helping those who guess. */
import { useState } from 'preact/hooks';
import type { Trouble } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { enterAsOperator } from '../../state/session.ts';
import { troubleWords } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { hourOf } from '../../words/moments.ts';
import { words } from '../../words/words.ts';
import { Welcome } from '../sign-in.tsx';

export function OperatorSignIn() {
  const said = operatorWords.value;
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    const code = totp.replaceAll(/\D/g, '');
    if (code.length !== 6) return setWrong(said.codeLength);
    setBusy(true);
    const answer = await enterAsOperator(name.trim(), password, code);
    setBusy(false);
    if (answer.ok) return;
    // A code is good once: the next try needs the next.
    setTotp('');
    setWrong(wordsOf(answer.trouble));
  };
  return (
    <Welcome title={said.title} intro={said.intro}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={said.name} value={name} onInput={setName} autoComplete="username" required />
        <Field
          label={said.password}
          value={password}
          onInput={setPassword}
          type="password"
          autoComplete="current-password"
          required
        />
        <Field
          label={said.totp}
          hint={said.totpHint}
          value={totp}
          onInput={setTotp}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
        />
        {wrong === '' ? null : (
          <p class="notice bad" role="alert">
            {wrong}
          </p>
        )}
        <Button type="submit" look="main" busy={busy}>
          {said.submit}
        </Button>
      </form>
    </Welcome>
  );
}

function wordsOf(trouble: Trouble): string {
  const said = operatorWords.value;
  const { code, retryAfter } = trouble;
  if (code === 'bad-credentials') return said.wrong;
  if (code !== 'locked') return troubleWords(words.value, trouble);
  if (retryAfter === undefined) return said.locked;
  return said.lockedUntil(hourOf(new Date(Date.now() + retryAfter * 1000).toISOString()));
}
