import { useMemo } from 'preact/hooks';
import { losses, reading, step } from '../state/session.ts';
import { Legend } from './legend.tsx';
import { Plot } from './plot.tsx';
import { positive } from './positive.ts';

/** The losses of both networks over the steps. */
export function LossPlot() {
  const { value } = losses;
  const columns = useMemo(() => {
    const [steps, a, b] = value.history.columns;
    return [steps, a.map(positive), b.map(positive)] as const;
  }, [value]);
  const now = reading.value;
  const description = now
    ? `Loss over ${step.value} steps, now ${now.a.loss.toPrecision(3)} for A and ${now.b.loss.toPrecision(3)} for B`
    : 'Loss over steps, none yet';
  return (
    <section class="panel" aria-labelledby="loss-title">
      <h2 id="loss-title">
        Loss <Legend />
      </h2>
      <Plot label="cross-entropy of each batch, by step" description={description} height={220} columns={columns} />
    </section>
  );
}
