/** The operator’s page: one part of the system at a time. */
import { useLocation } from 'preact-iso';
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { IconButton } from '../../parts/button.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Logo } from '../../parts/logo.tsx';
import { session, signOut } from '../../state/session.ts';
import { dark, theme } from '../../state/theme.ts';
import { operatorWords } from '../../words/operator.ts';
import { words } from '../../words/words.ts';
import { AskFirst } from './act.tsx';
import { AuditLog } from './audit.tsx';
import { CallRecords } from './cdrs.tsx';
import { Classes } from './classes.tsx';
import { ApiKeys } from './keys.tsx';
import { Lines } from './lines.tsx';
import { Nodes } from './nodes.tsx';
import { Operators } from './operators.tsx';
import { OperatorSignIn } from './sign-in.tsx';
import { Queues } from './queues.tsx';
import { Subscribers } from './subscribers.tsx';
import { Sweeps } from './sweeps.tsx';
import { Webhooks } from './webhooks.tsx';
import './operator.css';

type Part = keyof typeof operatorWords.value.parts;

interface OnePart {
  readonly name: Part;
  readonly scope: string;
  readonly icon: IconName;
  readonly shows: ComponentType;
}

const parts: readonly OnePart[] = [
  { name: 'subscribers', scope: 'subscribers:read', icon: 'inbox', shows: Subscribers },
  { name: 'classes', scope: 'subscribers:read', icon: 'settings', shows: Classes },
  { name: 'lines', scope: 'operations:read', icon: 'phone', shows: Lines },
  { name: 'queues', scope: 'operations:read', icon: 'text', shows: Queues },
  { name: 'webhooks', scope: 'operations:read', icon: 'forward', shows: Webhooks },
  { name: 'cdrs', scope: 'cdrs:read', icon: 'file', shows: CallRecords },
  { name: 'sweeps', scope: 'operations:read', icon: 'trash', shows: Sweeps },
  { name: 'nodes', scope: 'operations:read', icon: 'copy', shows: Nodes },
  { name: 'audit', scope: 'operations:read', icon: 'search', shows: AuditLog },
  { name: 'keys', scope: 'keys:write', icon: 'lock', shows: ApiKeys },
  { name: 'operators', scope: 'keys:write', icon: 'greetings', shows: Operators },
];

export function Operator() {
  const who = session.value;
  return who.kind === 'operator' ? <Desk name={who.name} scopes={who.scopes} /> : <OperatorSignIn />;
}

interface DeskProps {
  readonly name: string;
  readonly scopes: readonly string[];
}

function Desk({ name, scopes }: DeskProps) {
  const said = operatorWords.value;
  const { path } = useLocation();
  const mine = parts.filter(({ scope }) => scopes.includes(scope));
  const at = mine.find((one) => path === `/operator/${one.name}`) ?? mine[0];
  const title = at === undefined ? said.title : said.parts[at.name];
  useEffect(() => {
    document.title = `${title} · ${words.value.product}`;
  });
  return (
    <div class="desk">
      <a class="skip-link" href="#main">
        {words.value.nav.skip}
      </a>
      <header class="desk-head">
        <span class="brand">
          <Logo />
          <span>{words.value.product}</span>
        </span>
        <Foot name={name} />
      </header>
      <Links parts={mine} at={at?.name} />
      <main id="main" class="desk-page" tabIndex={-1}>
        <div class="desk-title">
          <h1>{title}</h1>
          <p class="muted">{at === undefined ? said.nothingAllowed : said.leads[at.name]}</p>
        </div>
        {at === undefined ? null : <at.shows key={at.name} />}
      </main>
      <AskFirst />
    </div>
  );
}

function Links({ parts: mine, at }: { readonly parts: readonly OnePart[]; readonly at: Part | undefined }) {
  const here = useRef<HTMLAnchorElement>(null);
  // On a phone the row is longer than the screen.
  useEffect(() => here.current?.scrollIntoView({ block: 'nearest', inline: 'center' }), [at]);
  return (
    <nav class="desk-nav" aria-label={words.value.nav.main}>
      {mine.map(({ name, icon }) => (
        <a
          key={name}
          ref={name === at ? here : null}
          href={`/operator/${name}`}
          aria-current={name === at ? 'page' : undefined}
        >
          <Icon name={icon} size={18} />
          {operatorWords.value.parts[name]}
        </a>
      ))}
    </nav>
  );
}

function Foot({ name }: { readonly name: string }) {
  const said = operatorWords.value;
  return (
    <div class="desk-who">
      <span class="muted">{name}</span>
      <IconButton
        icon={dark.value ? 'sun' : 'moon'}
        label={dark.value ? said.light : said.dark}
        onClick={() => (theme.value = dark.value ? 'light' : 'dark')}
      />
      <IconButton icon="signOut" label={said.signOut} onClick={() => void signOut(false)} />
    </div>
  );
}
