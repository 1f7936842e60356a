/** Everything that a subscriber chooses. */
import { mailbox } from '../state/mailbox.ts';
import { words } from '../words/words.ts';
import { Account } from './settings/account.tsx';
import { Devices } from './settings/devices.tsx';
import { Notices } from './settings/notices.tsx';
import { Pin } from './settings/pin.tsx';
import { Sent } from './settings/sent.tsx';
import { SignedIn } from './settings/signed-in.tsx';
import { UsageOf } from './settings/usage.tsx';

export function Settings() {
  const { settings: said } = words.value;
  const box = mailbox.value;
  return (
    <div class="page">
      <header class="page-head">
        <h1>{said.title}</h1>
      </header>
      {box === undefined ? (
        <div class="skeleton block tall" aria-busy="true" />
      ) : (
        <>
          <Account box={box} />
          <UsageOf box={box} />
          <Notices box={box} />
          <Pin box={box} />
          <Devices of={box.id} />
          <Sent of={box.id} />
          <SignedIn />
        </>
      )}
    </div>
  );
}
