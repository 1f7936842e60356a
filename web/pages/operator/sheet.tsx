/** A form over the page, opened by its button. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, IconButton } from '../../parts/button.tsx';
import type { IconName } from '../../parts/icon.tsx';
import { words } from '../../words/words.ts';
import { useModal } from './use-modal.ts';

interface SheetProps {
  readonly title: string;
  /** Words of its button, where they are others. */
  readonly button?: string;
  readonly icon?: IconName;
  readonly main?: boolean;
  /** @param close puts the sheet away */
  readonly children: (close: () => void) => ComponentChildren;
}

export function Sheet({ title, button = title, icon, main = false, children }: SheetProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={icon} look={main ? 'main' : 'plain'} onClick={() => setOpen(true)}>
        {button}
      </Button>
      {open ? (
        <Shown title={title} close={() => setOpen(false)}>
          {children(() => setOpen(false))}
        </Shown>
      ) : null}
    </>
  );
}

interface ShownProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

function Shown({ title, close, children }: ShownProps) {
  const dialog = useModal();
  return (
    <dialog ref={dialog} class="sheet wide" aria-label={title} onClose={close}>
      <header>
        <h2>{title}</h2>
        <IconButton icon="close" label={words.value.nav.close} onClick={close} />
      </header>
      {children}
    </dialog>
  );
}
