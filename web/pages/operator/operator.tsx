/** The operator’s page: signing in, and one part of the system at a time. */
import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { IconButton, Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Logo } from '../../parts/logo.tsx';
import { enterAsOperator, session, signOut } from '../../state/session.ts';
import { dark, theme } from '../../state/theme.ts';
import { operatorWords } from '../../words/operator.ts';
import { words } from '../../words/words.ts';
import { Welcome } from '../sign-in.tsx';
import { AskFirst } from './act.tsx';
import { CallRecords } from './cdrs.tsx';
import { Classes } from './classes.tsx';
import { ApiKeys } from './keys.tsx';
import { AuditLog, Lines, Sweeps, Waiting } from './operations.tsx';
import { Subscribers } from './subscribers.tsx';
import './operator.css';

type Part = keyof typeof operatorWords.value.parts;

const parts: readonly (readonly [Part, scope: string, ComponentType])[] = [
  ['subscribers', 'subscribers:read', Subscribers],
  ['classes', 'subscribers:read', Classes],
  ['lines', 'operations:read', Lines],
  ['queues', 'operations:read', Waiting],
  ['cdrs', 'cdrs:read', CallRecords],
  ['sweeps', 'operations:read', Sweeps],
  ['audit', 'operations:read', AuditLog],
  ['keys', 'keys:write', ApiKeys],
];

export function Operator() {
  const who = session.value;
  return who.kind === 'operator' ? <Desk scopes={who.scopes} /> : <OperatorSignIn />;
}

function Desk({ scopes }: { readonly scopes: readonly string[] }) {
  const said = operatorWords.value;
  const { path } = useLocation();
  const mine = parts.filter(([, scope]) => scopes.includes(scope));
  const [name, , Shown] = mine.find(([one]) => path === `/operator/${one}`) ?? mine[0] ?? [];
  const title = name === undefined ? said.title : said.parts[name];
  useEffect(() => {
    document.title = `${title} · ${words.value.product}`;
  });
  return (
    <div class="desk">
      <a class="skip-link" href="#main">
        {words.value.nav.skip}
      </a>
      <nav class="desk-nav" aria-label={words.value.nav.main}>
        <Logo />
        {mine.map(([one]) => (
          <a key={one} href={`/operator/${one}`} aria-current={one === name ? 'page' : undefined}>
            {said.parts[one]}
          </a>
        ))}
        <IconButton
          icon={dark.value ? 'sun' : 'moon'}
          label={dark.value ? said.light : said.dark}
          onClick={() => (theme.value = dark.value ? 'light' : 'dark')}
        />
        <IconButton icon="signOut" label={said.signOut} onClick={() => void signOut(false)} />
      </nav>
      <main id="main" class="page desk-page" tabIndex={-1}>
        <h1>{title}</h1>
        {Shown === undefined ? null : <Shown />}
      </main>
      <AskFirst />
    </div>
  );
}

function OperatorSignIn() {
  const said = operatorWords.value;
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [wrong, setWrong] = useState('');
  const submit = async (): Promise<void> => {
    const answer = await enterAsOperator(name, password, totp.replaceAll(/\D/g, ''));
    if (!answer.ok) setWrong(answer.trouble.code === 'locked' ? said.locked : said.wrong);
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
          value={totp}
          onInput={setTotp}
          inputMode="numeric"
          autoComplete="one-time-code"
        />
        {wrong === '' ? null : (
          <p class="notice bad" role="alert">
            {wrong}
          </p>
        )}
        <Button type="submit" look="main">
          {said.submit}
        </Button>
      </form>
    </Welcome>
  );
}
