import { useMemo } from 'preact/hooks';
import type { Reading } from '../experiment/contestant.ts';
import { layerNames, reading, settings } from '../state/session.ts';
import { Legend } from './legend.tsx';
import { Plot } from './plot.tsx';
import { positive } from './positive.ts';

type Scale = 'activations' | 'gradients';

const plots: readonly { readonly scale: Scale; readonly title: string; readonly label: string }[] = [
  { scale: 'activations', title: 'Activation scale', label: 'root mean square of what each layer gives' },
  { scale: 'gradients', title: 'Gradient scale', label: 'root mean square of the gradients of its parameters' },
];

/** How large activations and gradients are in each layer, now: where a line falls or climbs, training is in danger. */
export function ScalePlots() {
  return (
    <div class="scales">
      {plots.map(({ scale, title, label }) => (
        <section key={scale} class="panel" aria-labelledby={`${scale}-title`}>
          <h2 id={`${scale}-title`}>
            {title} <Legend />
          </h2>
          <ScalePlot scale={scale} title={title} label={label} />
        </section>
      ))}
    </div>
  );
}

function ScalePlot({ scale, title, label }: { scale: Scale; title: string; label: string }) {
  const now = reading.value;
  const names = layerNames.value;
  const columns = useMemo(() => {
    const values = (side: Reading | undefined) => names.map((_, index) => positive(side?.[scale][index] ?? 0));
    return [names.map((_, index) => index + 1), values(now?.a), values(now?.b)] as const;
  }, [now, names, scale]);
  const along = settings.value.task === 'points' ? 'hidden layers' : 'blocks';
  const shown = names.map((name) => name.replace('encoder ', 'e').replace('decoder ', 'd'));
  return (
    <Plot
      label={`${label}, by ${settings.value.task === 'points' ? 'hidden layer' : 'block'}`}
      description={now ? describe(title, along, now, scale) : `${title} by layer, none yet`}
      height={200}
      columns={columns}
      names={shown}
      dots
    />
  );
}

function describe(title: string, along: string, { a, b }: { a: Reading; b: Reading }, scale: Scale): string {
  const span = (values: readonly number[]) => `${values[0]?.toPrecision(2)} to ${values.at(-1)?.toPrecision(2)}`;
  return `${title} from the first to the last of the ${along}: A ${span(a[scale])}, B ${span(b[scale])}`;
}
