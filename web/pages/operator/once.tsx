/** What is shown this once: whoever is to have it takes it now. */
import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { QrCode } from '../../parts/qr-code.tsx';
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
  /** `otpauth:` address: to be scanned, or opened by an app of this device. */
  readonly authenticator?: string | undefined;
  readonly close: () => void;
}

export function Once({ intro, secrets, authenticator, close }: OnceProps) {
  const said = operatorWords.value;
  return (
    <div class="sheet-form">
      <p class="notice" role="status">
        {intro}
      </p>
      {secrets.map((one) => (
        <OneSecret key={one.name} {...one} />
      ))}
      {authenticator === undefined ? null : (
        <div class="to-scan">
          <QrCode text={authenticator} label={said.scanAuthenticator} />
          <p class="hint">{said.scanAuthenticator}</p>
          <a href={authenticator}>{said.openAuthenticator}</a>
        </div>
      )}
      <div class="buttons sheet-end">
        <Button look="main" onClick={close}>
          {said.keyTaken}
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
