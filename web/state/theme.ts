/** Light or dark: as the device says, or as the subscriber chose in this browser. */
import { effect, signal } from '@preact/signals';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const kept = 'answerback.theme';

export const theme = signal<Theme>(themes.find((one) => one === localStorage.getItem(kept)) ?? 'system');

effect(() => {
  const chosen = theme.value;
  if (chosen === 'system') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(kept);
  } else {
    document.documentElement.dataset['theme'] = chosen;
    localStorage.setItem(kept, chosen);
  }
});

/** Whether dark is shown just now. */
export const dark = signal(false);
const device = window.matchMedia('(prefers-color-scheme: dark)');
const deviceDark = signal(device.matches);
device.addEventListener('change', () => (deviceDark.value = device.matches));
effect(() => {
  dark.value = theme.value === 'dark' || (theme.value === 'system' && deviceDark.value);
});
