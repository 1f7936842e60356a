/** Name, language, zone, appearance. */
import type { Mailbox } from '../../api/mailbox.ts';
import { Choice } from '../../parts/field.tsx';
import { SavedField } from '../../parts/saved-field.tsx';
import { change } from '../../state/mailbox.ts';
import { theme, themes, type Theme } from '../../state/theme.ts';
import { spaced } from '../../words/times.ts';
import { languageName } from '../../words/languages.ts';
import { words } from '../../words/words.ts';

export function Account({ box }: { readonly box: Mailbox }) {
  const { settings: said } = words.value;
  const { language, timeZone, name = '' } = box.settings;
  const zones = [...new Set([timeZone, ...Intl.supportedValuesOf('timeZone')])];
  return (
    <section class="card" aria-labelledby="account">
      <h2 id="account">{said.account}</h2>
      <p class="number">{spaced(box.number)}</p>
      <SavedField
        label={said.name}
        hint={said.nameHint}
        value={name}
        maxLength={80}
        onSave={(value) => change({ name: value === '' ? null : value })}
      />
      <div class="columns">
        <Choice
          label={said.language}
          hint={said.languageHint}
          value={language}
          options={box.languages.map((one) => [one, languageName(one)])}
          onChange={(value) => void change({ language: value }, { language: value })}
        />
        <Choice
          label={said.timeZone}
          value={timeZone}
          options={zones.map((zone) => [zone, zone.replaceAll('_', ' ')])}
          onChange={(value) => void change({ timeZone: value }, { timeZone: value })}
        />
        <Choice
          label={said.theme}
          value={theme.value}
          options={themes.map((one) => [one, said.themes[one]])}
          onChange={(value) => (theme.value = value as Theme)}
        />
      </div>
    </section>
  );
}
