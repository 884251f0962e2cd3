import { effect, signal } from '@preact/signals';

type Theme = 'light' | 'dark';

const system: Theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
const saved = localStorage.getItem('theme');

/** What is shown; plots are drawn anew when it changes. */
export const theme = signal<Theme>(saved === 'light' || saved === 'dark' ? saved : system);

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

/** Light or dark; as the system has it until it is pressed. */
export function ThemeButton() {
  const other: Theme = theme.value === 'dark' ? 'light' : 'dark';
  const change = () => {
    theme.value = other;
    localStorage.setItem('theme', other);
  };
  return (
    <button type="button" class="quiet" onClick={change} aria-label={`Switch to ${other} colors`}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 3a9 9 0 1 0 0 18zM12 3v18a9 9 0 0 0 0-18z" fill-opacity=".35" />
        <path d="M12 3a9 9 0 0 1 0 18z" />
      </svg>
    </button>
  );
}
