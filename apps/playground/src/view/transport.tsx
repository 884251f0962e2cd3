import { paceField } from '../experiment/pace.ts';
import {
  advance,
  awaitedStep,
  choosePace,
  isCatchingUp,
  isPlaying,
  pace,
  restart,
  step,
  toggle,
} from '../state/session.ts';
import { Choice } from './choice.tsx';
import { keys } from './keyboard.ts';

/** Play, pause, step and restart, and how far it is. */
export function Transport() {
  return (
    <section class="transport" aria-label="Training">
      <button type="button" class="primary" onClick={toggle}>
        <Icon path={isPlaying.value ? 'M6 4h4v16H6zM14 4h4v16h-4z' : 'M7 4v16l13-8z'} />
        {isPlaying.value ? 'Pause' : 'Play'}
      </button>
      <button type="button" onClick={advance}>
        <Icon path="M5 4v16l10-8zM16 4h3v16h-3z" />
        <span>Step</span>
      </button>
      <button type="button" onClick={() => restart()}>
        <Icon path="M12 5V1L6 6l6 5V7.500a5.500 5.500 0 1 1-5.500 5.500H4A8 8 0 1 0 12 5z" />
        <span>Restart</span>
      </button>
      <p class="progress">
        step <output data-testid="step">{step.value.toLocaleString('en')}</output>
        {isCatchingUp.value && <span> of {awaitedStep.value.toLocaleString('en')}, catching up</span>}
      </p>
      <Choice field={paceField} name="pace" value={pace.value} onChange={choosePace} isQuiet />
      <p class="keys">
        {keys.map(({ shown, does }) => (
          <span key={shown}>
            <kbd>{shown}</kbd> {does}
          </span>
        ))}
      </p>
    </section>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
