/** The link of a notice: its message, or plain words about why there is none. */
import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import type { Trouble } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { Logo } from '../parts/logo.tsx';
import { MessageView } from '../parts/message-view.tsx';
import { addressOf } from '../state/places.ts';
import { findSession, session, signIn } from '../state/session.ts';
import { visit } from '../state/visit.ts';
import { words } from '../words/words.ts';
import { Welcome } from './sign-in.tsx';

export function Link({ token }: { readonly token: string }) {
  const { route } = useLocation();
  const [trouble, setTrouble] = useState<Trouble>();
  const [message, setMessage] = useState<string>();
  useEffect(() => {
    void signIn({ link: token }).then((answer) => {
      if (!answer.ok) return setTrouble(answer.trouble);
      const found = answer.value;
      if (found.kind === 'subscriber') return route(addressOf('inbox', found.message), true);
      if (found.kind === 'link') setMessage(found.message);
      return undefined;
    });
  }, [token]);
  if (trouble !== undefined) return <NoMessage trouble={trouble} />;
  return message === undefined ? null : <OneMessage id={message} />;
}

/** Whoever came by a link and has nothing but it. */
export function OneMessage({ id }: { readonly id: string }) {
  const { signIn: said, product } = words.value;
  useEffect(() => void visit(id), [id]);
  return (
    <div class="guest">
      <header class="guest-bar">
        <span class="brand">
          <Logo />
          <span>{product}</span>
        </span>
        <span class="muted">{said.linkOnly}</span>
        <Button look="quiet" onClick={() => (session.value = { kind: 'nobody' })}>
          {said.toSignIn}
        </Button>
      </header>
      <main class="guest-message">
        <MessageView isGuest />
      </main>
    </div>
  );
}

function NoMessage({ trouble }: { readonly trouble: Trouble }) {
  const { route } = useLocation();
  const { signIn: said, trouble: other } = words.value;
  const toSignIn = async (): Promise<void> => {
    await findSession();
    route('/inbox', true);
  };
  const [title, hint] =
    trouble.code === 'gone'
      ? [said.linkGone, said.linkGoneHint]
      : trouble.code === 'expired'
        ? [said.linkExpired, said.linkExpiredHint]
        : trouble.status === 0
          ? [other.offline, '']
          : [said.linkUnknown, said.linkUnknownHint];
  return (
    <Welcome title={title} intro={hint}>
      <Button look="main" onClick={() => void toSignIn()}>
        {said.toSignIn}
      </Button>
    </Welcome>
  );
}
