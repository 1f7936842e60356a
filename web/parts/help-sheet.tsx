/** All keys, in a sheet over the page. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { words } from '../words/words.ts';
import { IconButton } from './button.tsx';

export const isHelpOpen = signal(false);

export function HelpSheet() {
  const sheet = useRef<HTMLDialogElement>(null);
  const { keys, nav } = words.value;
  const open = isHelpOpen.value;
  useEffect(() => {
    if (open && sheet.current?.open === false) sheet.current.showModal();
    else if (!open) sheet.current?.close();
  }, [open]);
  const rows = [
    ['j', keys.next],
    ['k', keys.previous],
    ['Enter', keys.open],
    ['Esc', keys.close],
    ['s', keys.save],
    ['d', keys.delete],
    ['u', keys.undo],
    ['r', keys.reply],
    ['p', keys.play],
    ['/', keys.search],
    ['?', keys.help],
  ] as const;
  return (
    <dialog ref={sheet} class="sheet" aria-labelledby="help-title" onClose={() => (isHelpOpen.value = false)}>
      <header>
        <h2 id="help-title">{keys.title}</h2>
        <IconButton icon="close" label={nav.close} onClick={() => (isHelpOpen.value = false)} />
      </header>
      <dl class="keys">
        {rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
