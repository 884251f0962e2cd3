import { advance, restart, toggle } from '../state/session.ts';

/** What keys do, wherever on the page; shown with the controls. */
export const keys = [
  { key: ' ', shown: 'Space', does: 'play or pause', run: toggle },
  { key: 's', shown: 'S', does: 'one step', run: advance },
  { key: 'r', shown: 'R', does: 'restart', run: () => restart() },
] as const;

/** A key that a control has a use for, or that belongs to the browser, is left alone. */
export function keyPressed(event: KeyboardEvent): void {
  const pressed = keys.find(({ key }) => key === event.key.toLowerCase());
  if (!pressed || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const target = event.target as HTMLElement;
  if (target.closest('input, select, button, summary, a, textarea')) {
    // Radio buttons and lists take the space bar and letters for themselves.
    if (event.key === ' ' || target.closest('select, textarea')) return;
  }
  event.preventDefault();
  pressed.run();
}
