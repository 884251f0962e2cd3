import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { logarithmicRange, marks, markText } from './logarithmic-axis.ts';
import { theme } from './theme-button.tsx';

type Column = readonly (number | null)[];

export interface PlotProps {
  /** What stands beside the vertical axis. */
  label: string;
  /** What a listener hears instead of seeing it. */
  description: string;
  height: number;
  /** Along the horizontal axis, then the values of A and of B; null where there is none. */
  columns: readonly [along: readonly number[], a: Column, b: Column];
  /** The names of the places along the horizontal axis, where they are no numbers. */
  names?: readonly string[];
  /** Whether each value has a dot of its own. */
  dots?: boolean;
}

/** Two lines over one logarithmic axis. */
export function Plot({ label, description, height, columns, names, dots = false }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const shown = theme.value;
  const key = names?.join();

  useEffect(() => {
    const element = place.current!;
    const made = new uPlot(options(element.clientWidth, height, dots, names), [[], [], []], element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [shown, key, height, dots]);

  // A plot that was made anew needs its data too.
  useEffect(() => plot.current?.setData(columns as unknown as uPlot.AlignedData), [columns, shown, key, height, dots]);

  return (
    <figure class="plot">
      <figcaption>{label}</figcaption>
      <div ref={place} role="img" aria-label={description} />
    </figure>
  );
}

function options(width: number, height: number, dots: boolean, names?: readonly string[]): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--ink-soft').trim();
  const rule = { stroke: style.getPropertyValue('--rule').trim(), width: 1 };
  const font = `12px ${style.getPropertyValue('--font')}`;
  const axis = { stroke: ink, grid: rule, ticks: rule, font };
  const along = { ...axis, size: 34, grid: { show: false } };
  const line = (name: string, dash?: number[]): uPlot.Series => ({
    label: name.toUpperCase(),
    stroke: style.getPropertyValue(`--${name}`).trim(),
    width: 2,
    dash,
    points: { show: dots, size: 7, fill: style.getPropertyValue(`--${name}`).trim() },
  });
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: names
        ? { time: false, range: [0.5, names.length + 0.5] }
        : { time: false, range: (_, low, high) => [Math.min(low, 1), Math.max(high, 10)] },
      y: { distr: 3, range: (_, low, high) => logarithmicRange(low, high) },
    },
    axes: [
      names ? { ...along, splits: names.map((_, index) => index + 1), values: [...names] } : along,
      {
        ...axis,
        size: 54,
        splits: (_, _axis, low, high) => marks(low, high),
        filter: (_, splits) => splits,
        values: (_, values) => values.map(markText),
      },
    ],
    series: [{}, line('a'), line('b', [7, 4])],
  };
}
