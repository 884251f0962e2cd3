import type { Contender } from './contenders/contender.ts';
import type { Counts } from './contenders/session.ts';
import { median } from './timing/median.ts';
import type { Timing } from './timing/race.ts';
import type { StartUp } from './timing/start-ups.ts';
import type { Workload } from './workloads/index.ts';

/** One workload's times, and for each other contender how many times as long as the first it takes. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly medians: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  /** The same of processor times, which other programs on the machine stretch less. */
  readonly processorRatios: Readonly<Record<string, number>>;
  /** The fastest of the peers written in one way, for each way that there was one of. */
  readonly bestPeers: Readonly<Record<string, string>>;
  readonly timings: readonly Timing[];
}

/** @param contenders those that were timed, among whose peers the fastest is looked for */
export function resultOf(
  { name, title }: Workload,
  timings: readonly Timing[],
  contenders: readonly Pick<Contender, 'name' | 'peerStyle'>[] = [],
): Result {
  const good = timings.filter(({ error }) => error === undefined);
  const mediansOf = (times: (timing: Timing) => readonly number[]): Record<string, number> =>
    Object.fromEntries(good.map((timing) => [timing.contender, median(times(timing))]));
  const medians = mediansOf(({ steps }) => steps);
  const ratios = ratiosTo(timings[0]?.contender, medians);
  const processorRatios = ratiosTo(
    timings[0]?.contender,
    mediansOf(({ processor }) => processor),
  );
  const bestPeers: Record<string, string> = {};
  for (const { name: peer, peerStyle } of contenders) {
    if (peerStyle === undefined || medians[peer] === undefined) continue;
    const best = bestPeers[peerStyle];
    if (best === undefined || medians[peer]! < medians[best]!) bestPeers[peerStyle] = peer;
  }
  return { name, title, medians, ratios, processorRatios, bestPeers, timings };
}

function ratiosTo(first: string | undefined, medians: Record<string, number>): Record<string, number> {
  const unit = first === undefined ? undefined : medians[first];
  if (unit === undefined) return {};
  const others = Object.entries(medians).filter(([name]) => name !== first);
  return Object.fromEntries(others.map(([name, time]) => [name, time / unit]));
}

/** A line for each workload that peers took part in: the first contender against the fastest in each style, and against the others. */
export function summary(results: readonly Result[]): string[] {
  const rows = results.flatMap(({ name, medians, ratios, processorRatios, bestPeers, timings }) => {
    const own = timings[0] && medians[timings[0].contender];
    const best = Object.values(bestPeers);
    if (own === undefined || best.length === 0) return [];
    const ratioTo = (other: string): string => `${other} ${times(ratios[other])}`;
    const others = Object.keys(ratios).filter((other) => !best.includes(other));
    const column = (peer: string): string => `${ratioTo(peer)}, processor ${times(processorRatios[peer])}`;
    const columns = best.map((peer) => column(peer).padEnd(48)).join(' ');
    return [`${name.padEnd(16)} ${figure(own)} ms   ${columns} (${others.map(ratioTo).join('; ')})`];
  });
  return rows.length === 0 ? [] : ['Against the better peer in each style (and each):', ...rows, ''];
}

/** A block of lines for people: a contender each, medians over the rounds, all in milliseconds. */
export function lines(
  { name, title, medians, ratios, processorRatios, timings }: Result,
  { flops }: Workload,
): string[] {
  const column = columnOf(timings);
  const rows = timings.map((timing) => {
    const { contender, error, steps, processor, firstStep, warmUp, counts } = timing;
    const time = medians[contender];
    if (time === undefined) return `  ${column(contender)} ${error?.split('\n')[0]}`;
    const speed = flops === undefined ? '' : `${(flops / time / 1e6).toFixed(1)} GFLOP/s`;
    return [
      `  ${column(contender)}`,
      `${figure(time)} ms`,
      times(ratios[contender]).padStart(7),
      `  ${figure(Math.min(...steps))} … ${figure(Math.max(...steps))}`,
      `  processor ${figure(median(processor))} ${times(processorRatios[contender]).padStart(7)}`,
      `  first step ${figure(firstStep)}, warm-up ${figure(warmUp)}  ${[speed, counted(counts)].filter((word) => word !== '').join(', ')}`,
    ]
      .join(' ')
      .trimEnd();
  });
  return [`${name}: ${title}`, ...rows, ''];
}

export function startUpLines({ name, title }: Workload, results: readonly StartUp[]): string[] {
  const column = columnOf(results);
  const rows = results.map(({ contender, error, loaded, steps }) => {
    if (error !== undefined) return `  ${column(contender)} ${error.split('\n')[0]}`;
    const times = steps.map((step) => figure(median(step))).join('');
    return `  ${column(contender)} loaded ${figure(median(loaded))} ms, first steps ${times} ms`;
  });
  return [`${name}: ${title}`, ...rows, ''];
}

/** What one step asked of the device. */
function counted({ kernels, dispatches, submissions, boundBytes, buffers }: Counts = {}): string {
  const number = (count: number | undefined, what: string): string =>
    count === undefined ? '' : `${count.toFixed(count % 1 === 0 ? 0 : 1)} ${what}`;
  const bytes = boundBytes === undefined ? '' : `${(boundBytes / 1e6).toFixed(1)} MB bound`;
  const words = [
    number(kernels, 'kernels'),
    number(dispatches, 'dispatches'),
    number(submissions, 'submissions'),
    bytes,
  ];
  return [...words, number(buffers, 'buffers made')].filter((word) => word !== '').join(', ');
}

/** Fills names up to the longest of them. */
function columnOf(rows: readonly { readonly contender: string }[]): (name: string) => string {
  const width = Math.max(22, ...rows.map(({ contender }) => contender.length));
  return (name) => name.padEnd(width);
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? '' : `×${ratio.toFixed(2)}`;
}

/** Three digits, right-aligned. */
function figure(milliseconds: number): string {
  const digits = milliseconds >= 100 ? 0 : milliseconds >= 10 ? 1 : milliseconds >= 1 ? 2 : 3;
  return milliseconds.toFixed(digits).padStart(6);
}
