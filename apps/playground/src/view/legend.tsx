import { type Field, fields, nameOf, sides } from '../experiment/settings.ts';
import { settings } from '../state/session.ts';

/** Which line is which network. */
export function Legend() {
  const { task, ...chosen } = settings.value;
  return (
    <span class="legend">
      {sides.map((side) => (
        <span key={side} class={`legend-entry ${side}`}>
          <svg viewBox="0 0 24 4" aria-hidden="true">
            <path d="M0 2h24" stroke-dasharray={side === 'b' ? '7 4' : undefined} />
          </svg>
          {side.toUpperCase()} {nameOf(fields[task][side] as Field, chosen[side])}
        </span>
      ))}
    </span>
  );
}
