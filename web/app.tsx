/** Which page is shown: by who is signed in, and by the address. */
import { LocationProvider, useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { Button } from './parts/button.tsx';
import { Empty } from './parts/empty.tsx';
import { HelpSheet } from './parts/help-sheet.tsx';
import { later } from './parts/later.tsx';
import { Shell } from './parts/shell.tsx';
import { Toasts } from './parts/toasts.tsx';
import { Link, OneMessage } from './pages/link.tsx';
import { Messages } from './pages/messages.tsx';
import { SignIn, Welcome } from './pages/sign-in.tsx';
import { goLive } from './state/live.ts';
import { forgetMailbox, mailbox, readMailbox } from './state/mailbox.ts';
import { placeOf, type Place } from './state/places.ts';
import { findSession, session, type Subscriber } from './state/session.ts';
import { language, words } from './words/words.ts';

const Greetings = later(async () => (await import('./pages/greetings.tsx')).Greetings);
const Settings = later(async () => (await import('./pages/settings.tsx')).Settings);
const PinForm = later(async () => (await import('./pages/settings/pin.tsx')).PinForm);

export function App() {
  return (
    <LocationProvider>
      <Page />
      <Toasts />
      <HelpSheet />
    </LocationProvider>
  );
}

function Page() {
  const { path } = useLocation();
  const place = placeOf(path);
  const who = session.value;
  const { signIn: said, trouble } = words.value;
  useEffect(() => {
    if (place.kind !== 'link') void findSession();
  }, []);
  useEffect(() => {
    document.documentElement.lang = language.value;
  }, [language.value]);
  useTitle(place);
  if (place.kind === 'link') return <Link token={place.token} />;
  switch (who.kind) {
    case 'asking':
      return null;
    case 'nobody':
      return <SignIn />;
    case 'unreachable':
      return (
        <Welcome title={trouble.offline} intro="">
          <Button look="main" onClick={() => void findSession()}>
            {trouble.retry}
          </Button>
        </Welcome>
      );
    case 'operator':
      return (
        <Welcome title={words.value.product} intro={said.operator}>
          {null}
        </Welcome>
      );
    case 'link':
      return <OneMessage id={who.message} />;
    case 'subscriber':
      return who.mustChangePin ? <OwnPin of={who.mailbox} /> : <Inside who={who} place={place} />;
  }
}

function OwnPin({ of }: { readonly of: string }) {
  const { signIn: said } = words.value;
  return (
    <Welcome title={said.mustChange} intro={said.mustChangeHint}>
      <PinForm box={{ id: of, hasPin: true }} />
    </Welcome>
  );
}

function Inside({ who, place }: { readonly who: Subscriber; readonly place: Place }) {
  useEffect(() => {
    void readMailbox(who.mailbox);
    const stop = goLive();
    return () => {
      stop();
      forgetMailbox();
    };
  }, [who.mailbox]);
  return (
    <Shell place={place}>
      <At place={place} of={who.mailbox} />
    </Shell>
  );
}

function At({ place, of }: { readonly place: Place; readonly of: string }) {
  const { route } = useLocation();
  switch (place.kind) {
    case 'messages':
      return <Messages place={place} mailbox={of} />;
    case 'greetings':
      return <Greetings mailbox={of} />;
    case 'settings':
      return <Settings />;
    case 'link':
    case 'nowhere':
      return (
        <Empty icon="search" title={words.value.notFound}>
          <Button onClick={() => route('/inbox')}>{words.value.toInbox}</Button>
        </Empty>
      );
  }
}

function useTitle(place: Place): void {
  const { product, folders, nav, signIn } = words.value;
  const fresh = mailbox.value?.counts.new ?? 0;
  const name =
    session.value.kind !== 'subscriber'
      ? signIn.title
      : place.kind === 'messages'
        ? folders[place.folder]
        : place.kind === 'greetings' || place.kind === 'settings'
          ? nav[place.kind]
          : signIn.title;
  const title = `${fresh > 0 ? `(${fresh}) ` : ''}${name} · ${product}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
