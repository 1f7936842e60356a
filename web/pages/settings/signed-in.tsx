/** Signing out, here or everywhere. */
import { Button } from '../../parts/button.tsx';
import { signOut } from '../../state/session.ts';
import { words } from '../../words/words.ts';

export function SignedIn() {
  const { settings: said } = words.value;
  return (
    <section class="card" aria-labelledby="session">
      <h2 id="session">{said.session}</h2>
      <div class="buttons">
        <Button icon="signOut" onClick={() => void signOut(false)}>
          {said.signOutHere}
        </Button>
        <Button look="danger" icon="signOut" onClick={() => void signOut(true)}>
          {said.signOutAll}
        </Button>
      </div>
    </section>
  );
}
