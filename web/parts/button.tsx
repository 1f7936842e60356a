/** Buttons: with words, or with a pictogram alone whose words are heard and seen on hovering. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  readonly onClick?: () => void;
  readonly children: ComponentChildren;
  readonly icon?: IconName | undefined;
  readonly look?: 'main' | 'plain' | 'quiet' | 'danger';
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly pressed?: boolean;
}

export function Button({ onClick, children, icon, look = 'plain', type = 'button', ...state }: ButtonProps) {
  const { disabled = false, busy = false, pressed } = state;
  return (
    <button
      class={`button ${look}`}
      type={type}
      disabled={disabled || busy}
      aria-busy={busy}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {icon === undefined ? null : <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly look?: string;
}

export function IconButton({ icon, label, onClick, pressed, disabled = false, look = '' }: IconButtonProps) {
  return (
    <button
      class={`icon-button ${look}`}
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
