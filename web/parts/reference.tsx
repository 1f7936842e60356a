/** The digits that open a message on any telephone. */
import { useState } from 'preact/hooks';
import { complainOf } from '../state/toasts.ts';
import { dateOf } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Icon } from './icon.tsx';

const copiedMs = 2000;

export function Reference({ digits, until }: { readonly digits: string; readonly until: string }) {
  const { message: said, trouble } = words.value;
  const [copied, setCopied] = useState(false);
  const shown = digits.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(digits);
      setCopied(true);
      window.setTimeout(() => setCopied(false), copiedMs);
    } catch {
      complainOf(trouble.failed);
    }
  };
  return (
    <div class="reference" title={said.referenceHint}>
      <span class="muted">{said.reference}</span>
      <button type="button" aria-label={`${said.copy}: ${shown}`} onClick={() => void copy()}>
        <span class="digits">{shown}</span>
        <Icon name={copied ? 'check' : 'copy'} size={16} />
      </button>
      <span class="muted">{copied ? said.copied : said.referenceUntil(dateOf(until))}</span>
    </div>
  );
}
