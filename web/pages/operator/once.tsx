/** What is shown this once: whoever is to have it takes it now. */
import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { operatorWords } from '../../words/operator.ts';

export interface Secret {
  readonly name: string;
  readonly value: string;
  /** As it is shown, where that is easier to read. */
  readonly shown?: string;
}

interface OnceProps {
  readonly intro: string;
  readonly secrets: readonly Secret[];
  /** An address that opens the last of them in an app of this device. */
  readonly opens?: { readonly href: string; readonly words: string } | undefined;
  readonly close: () => void;
}

export function Once({ intro, secrets, opens, close }: OnceProps) {
  return (
    <div class="sheet-form">
      <p class="notice" role="status">
        {intro}
      </p>
      {secrets.map((one) => (
        <OneSecret key={one.name} {...one} />
      ))}
      {opens === undefined ? null : <a href={opens.href}>{opens.words}</a>}
      <div class="buttons sheet-end">
        <Button look="main" onClick={close}>
          {operatorWords.value.keyTaken}
        </Button>
      </div>
    </div>
  );
}

function OneSecret({ name, value, shown = value }: Secret) {
  const said = operatorWords.value;
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <div class="once">
      <span class="once-name">{name}</span>
      <code class="secret">{shown}</code>
      <Button icon={copied ? 'check' : 'copy'} onClick={() => void copy().catch(() => setCopied(false))}>
        {copied ? said.copied : said.copy}
      </Button>
    </div>
  );
}
