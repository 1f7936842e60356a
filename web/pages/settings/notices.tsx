/** Whom to tell of messages, by which way, and when not. */
import type { Mailbox, NotificationRule } from '../../api/mailbox.ts';
import { Button } from '../../parts/button.tsx';
import { Field, Switch } from '../../parts/field.tsx';
import { SavedField } from '../../parts/saved-field.tsx';
import { change } from '../../state/mailbox.ts';
import { words } from '../../words/words.ts';
import { Rule } from './rule.tsx';

const usualQuiet = { from: '22:00', to: '07:00' };

export function Notices({ box }: { readonly box: Mailbox }) {
  const { settings: said } = words.value;
  const { email = '', texts, deliverByCall } = box.settings;
  return (
    <section class="card" aria-labelledby="notices">
      <h2 id="notices">{said.notices}</h2>
      <p class="hint">{said.noticesHint}</p>
      <SavedField
        label={said.email}
        hint={said.emailHint}
        type="email"
        value={email}
        maxLength={254}
        onSave={(value) => change({ email: value === '' ? null : value })}
      />
      <Switch
        label={said.texts}
        hint={said.textsHint}
        on={texts}
        onChange={(on) => void change({ texts: on }, { texts: on })}
      />
      <Switch
        label={said.deliverByCall}
        hint={said.deliverByCallHint}
        on={deliverByCall}
        onChange={(on) => void change({ deliverByCall: on }, { deliverByCall: on })}
      />
      <Quiet box={box} />
      <Rules box={box} />
    </section>
  );
}

function Quiet({ box }: { readonly box: Mailbox }) {
  const { settings: said } = words.value;
  const quiet = box.settings.quietHours;
  const set = (hours: typeof usualQuiet | null): void =>
    void change({ quietHours: hours }, hours === null ? {} : { quietHours: hours });
  return (
    <>
      <Switch
        label={said.quietOn}
        hint={said.quietHint}
        on={quiet !== undefined}
        onChange={(on) => set(on ? usualQuiet : null)}
      />
      {quiet === undefined ? null : (
        <div class="columns narrow">
          <Field
            label={said.quietFrom}
            type="time"
            value={quiet.from}
            onInput={(from) => (from === '' ? undefined : set({ ...quiet, from }))}
          />
          <Field
            label={said.quietTo}
            type="time"
            value={quiet.to}
            onInput={(to) => (to === '' ? undefined : set({ ...quiet, to }))}
          />
        </div>
      )}
    </>
  );
}

function Rules({ box }: { readonly box: Mailbox }) {
  const { rule: said } = words.value.settings;
  const { notify, own } = box.settings;
  const set = (rules: readonly NotificationRule[]): void =>
    void change({ notify: [...rules] }, { notify: [...rules] });
  const first: NotificationRule = { gateway: notify[0]?.gateway ?? 'email', to: 'subscriber' };
  return (
    <div class="rules">
      {notify.map((rule, i) => (
        <Rule
          key={i}
          n={i + 1}
          rule={rule}
          onChange={(changed) => set(notify.with(i, changed))}
          onRemove={() => set(notify.toSpliced(i, 1))}
        />
      ))}
      <div class="buttons">
        <Button icon="plus" onClick={() => set([...notify, first])}>
          {said.add}
        </Button>
        {own.includes('notify') ? (
          <Button look="quiet" icon="undo" onClick={() => void change({ notify: null })}>
            {said.asClass}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
