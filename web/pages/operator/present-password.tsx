/** What makes a way in, or gives one, needs the password of whoever is signed in by one: they may have left their browser open. */
import { useState } from 'preact/hooks';
import type { Trouble } from '../../api/client.ts';
import { Field } from '../../parts/field.tsx';
import { session } from '../../state/session.ts';
import { operatorWords } from '../../words/operator.ts';

export interface PresentPassword {
  /** For the body of what is asked; nothing for whom a provider vouches. */
  readonly body: { readonly current?: string };
  /** Nothing more is needed of whoever is signed in. */
  readonly given: boolean;
  readonly field: (trouble: Trouble | undefined, autoFocus?: boolean) => preact.JSX.Element | null;
}

export function usePresentPassword(): PresentPassword {
  const [current, setCurrent] = useState('');
  const who = session.value;
  if (who.kind !== 'operator' || who.via !== 'password') return { body: {}, given: true, field: () => null };
  const said = operatorWords.value;
  return {
    body: { current },
    given: current !== '',
    field: (trouble, autoFocus = false) => (
      <Field
        label={said.presentPassword}
        wrong={trouble?.fields.some(({ field }) => field === 'current') ? said.wrongPassword : undefined}
        value={current}
        onInput={setCurrent}
        type="password"
        autoComplete="current-password"
        maxLength={200}
        required
        autoFocus={autoFocus}
      />
    ),
  };
}
