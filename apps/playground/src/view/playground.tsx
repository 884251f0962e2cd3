import { useEffect } from 'preact/hooks';
import { deviceField } from '../experiment/device-field.ts';
import { chooseDevice, chooseTask, device, failure, notice, settings } from '../state/session.ts';
import { Choice } from './choice.tsx';
import { keyPressed } from './keyboard.ts';
import { LossPlot } from './loss-plot.tsx';
import { NetworkCard } from './network-card.tsx';
import { ScalePlots } from './scale-plots.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { ThemeButton } from './theme-button.tsx';
import { Transport } from './transport.tsx';

const taskField = {
  label: 'Task',
  values: ['points', 'dates'],
  initial: 'points',
} as const;

/** The page: two networks, what they do, and what they are made of. */
export function Playground() {
  useEffect(() => {
    addEventListener('keydown', keyPressed);
    return () => removeEventListener('keydown', keyPressed);
  }, []);
  return (
    <div class="page">
      <header class="masthead">
        <Mark />
        <h1>
          Even Keel <span>playground</span>
        </h1>
        <Choice field={taskField} name="task" value={settings.value.task} onChange={chooseTask} isTab />
        <Choice field={deviceField} name="device" value={device.value} onChange={chooseDevice} isTab />
        <ThemeButton />
      </header>
      <main class="board">
        {failure.value && (
          <p class="failure" role="alert">
            <strong>Training stopped.</strong> {failure.value} Change a setting or restart.
          </p>
        )}
        {notice.value && !failure.value && (
          <p class="failure notice" role="status">
            {notice.value}
          </p>
        )}
        <Transport />
        <div class="networks">
          <NetworkCard side="a" />
          <NetworkCard side="b" />
        </div>
        <LossPlot />
        <ScalePlots />
        <SettingsPanel />
      </main>
      <footer class="colophon">
        Both networks begin with the same seed, the same batches and a head of zeros, so with the same loss. They train
        in a worker of this page; nothing leaves it. The address holds the run: share it, and it opens where it is now.
      </footer>
    </div>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="hull" d="M3 18h26c-1.800 6-6.400 9.300-13 9.300S4.800 24 3 18z" />
      <path class="sail" d="M15 3.500v12H6zM17.500 6.500 25.500 15.500h-8z" />
    </svg>
  );
}
