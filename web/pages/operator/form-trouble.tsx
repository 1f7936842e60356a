/** Why a form was not taken, where that is not about one of its fields. */
import type { Trouble } from '../../api/client.ts';
import { troubleWords } from '../../state/toasts.ts';
import { words } from '../../words/words.ts';

interface FormTroubleProps {
  readonly trouble: Trouble | undefined;
  /** In place of the usual words, by the code of the trouble. */
  readonly own?: Readonly<Partial<Record<Trouble['code'], string>>>;
}

export function FormTrouble({ trouble, own = {} }: FormTroubleProps) {
  if (trouble === undefined || trouble.fields.length > 0) return null;
  return (
    <p class="notice bad" role="alert">
      {own[trouble.code] ?? troubleWords(words.value, trouble)}
    </p>
  );
}
