/** Short words at the lower edge: what was done, and the way back. */
import { dismiss, toasts } from '../state/toasts.ts';
import { announcement } from '../state/live.ts';
import { words } from '../words/words.ts';
import { Icon } from './icon.tsx';

export function Toasts() {
  const { undo, nav } = words.value;
  return (
    <div class="toasts">
      <div role="status" aria-live="polite">
        {toasts.value.map((toast) => (
          <div key={toast.id} class={toast.bad ? 'toast bad' : 'toast'}>
            <span>{toast.text}</span>
            {toast.undo === undefined ? null : (
              <button
                type="button"
                onClick={() => {
                  dismiss(toast.id);
                  toast.undo?.();
                }}
              >
                {undo}
              </button>
            )}
            <button
              type="button"
              class="toast-close"
              aria-label={nav.close}
              onClick={() => dismiss(toast.id)}
            >
              <Icon name="close" size={16} />
            </button>
          </div>
        ))}
      </div>
      <div class="heard-only" role="log" aria-live="polite">
        {announcement.value}
      </div>
    </div>
  );
}
