/** What is around every page of a subscriber: where one can go, how much room there is. */
import type { ComponentChildren } from 'preact';
import { mailbox } from '../state/mailbox.ts';
import { addressOf, folders, type Folder, type Place } from '../state/places.ts';
import { signOut } from '../state/session.ts';
import { dark, theme } from '../state/theme.ts';
import { spaced } from '../words/times.ts';
import { words } from '../words/words.ts';
import { IconButton } from './button.tsx';
import { isHelpOpen } from './help-sheet.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Logo } from './logo.tsx';
import { Meter } from './meter.tsx';

interface ShellProps {
  readonly place: Place;
  readonly children: ComponentChildren;
}

export function Shell({ place, children }: ShellProps) {
  const { nav } = words.value;
  const isReading = place.kind === 'messages' && place.message !== undefined;
  return (
    <div class={isReading ? 'shell is-reading' : 'shell'}>
      <a class="skip-link" href="#main">
        {nav.skip}
      </a>
      <nav class="side" aria-label={nav.main}>
        <div class="brand">
          <Logo />
          <span>{words.value.product}</span>
        </div>
        <Links place={place} />
        <Foot />
      </nav>
      <main id="main" class={`place place-${place.kind}`} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Links({ place }: { readonly place: Place }) {
  const { folders: said, nav } = words.value;
  const isAt = (folder: Folder): boolean => place.kind === 'messages' && place.folder === folder;
  const fresh = mailbox.value?.counts.new ?? 0;
  return (
    <ul class="links">
      {folders.map((folder) => (
        <Link
          key={folder}
          href={addressOf(folder)}
          icon={folder}
          words={said[folder]}
          here={isAt(folder)}
          count={folder === 'inbox' ? fresh : 0}
        />
      ))}
      <li class="links-gap" aria-hidden="true" />
      <Link href="/greetings" icon="greetings" words={nav.greetings} here={place.kind === 'greetings'} />
      <Link href="/settings" icon="settings" words={nav.settings} here={place.kind === 'settings'} />
    </ul>
  );
}

interface LinkProps {
  readonly href: string;
  readonly icon: IconName;
  readonly words: string;
  readonly here: boolean;
  readonly count?: number;
}

function Link({ href, icon, words: said, here, count = 0 }: LinkProps) {
  return (
    <li>
      <a href={href} aria-current={here ? 'page' : undefined}>
        <Icon name={icon} />
        <span class="link-words">{said}</span>
        {count === 0 ? null : (
          <span class="count">
            {count > 999 ? '999+' : count}
            <span class="heard-only"> {words.value.list.unread}</span>
          </span>
        )}
      </a>
    </li>
  );
}

function Foot() {
  const { nav, settings } = words.value;
  const box = mailbox.value;
  return (
    <div class="side-foot">
      {box === undefined ? null : (
        <>
          <Meter
            label={settings.usage}
            percent={box.usage.percent}
            words={settings.usageFull(box.usage.percent)}
          />
          <p class="side-who">
            <strong>{box.settings.name ?? spaced(box.number)}</strong>
            {box.settings.name === undefined ? null : <span class="muted">{spaced(box.number)}</span>}
          </p>
        </>
      )}
      <div class="side-buttons">
        <IconButton
          icon={dark.value ? 'sun' : 'moon'}
          label={dark.value ? settings.themes.light : settings.themes.dark}
          onClick={() => (theme.value = dark.value ? 'light' : 'dark')}
        />
        <IconButton icon="help" label={nav.help} onClick={() => (isHelpOpen.value = true)} />
        <IconButton icon="signOut" label={nav.signOut} onClick={() => void signOut(false)} />
      </div>
    </div>
  );
}
