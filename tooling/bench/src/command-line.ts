import { parseArgs } from 'node:util';
import { backends } from './contenders/backends.ts';
import { alter, type Variant, variantWords } from './contenders/variant.ts';
import { exampleStyle, type PeerStyle, peerStyles } from './peers/peers.ts';
import { type Workload, workloads } from './workloads/index.ts';

export type SuiteName = 'train' | 'kernels' | 'startup';

/** What the command was asked for. */
export interface CommandLine {
  readonly suites: readonly SuiteName[];
  readonly workloads: readonly Workload[];
  readonly variant: Variant;
  readonly also: readonly string[];
  /** How TensorFlow.js and jax-js are to be used. */
  readonly peerStyles: readonly PeerStyle[];
  readonly rounds: number;
  /** Steps of a round, where others are wanted than the workload's. */
  readonly steps: number | undefined;
  readonly json: boolean;
}

const suiteNames: readonly SuiteName[] = ['train', 'kernels', 'startup'];

const defaultRounds = 7;
/** On webgpu, where the GPU is mostly one in software. */
const few = { rounds: 3, steps: 2 };

export const usage = `usage: pnpm bench [--suite ${suiteNames.join('|')}] [--backend ${Object.keys(backends).join('|')}] [--threads n]
  [--only W1,matmul,…] [--eager] [--plain] [--wide] [--also <variant>,…] [--rounds n] [--steps n] [--json]
variants: ${variantWords}. Without --suite: train and kernels. Rounds: ${defaultRounds}; on webgpu ${few.rounds} of ${few.steps} steps.
pnpm bench:peers takes the same and [--peers written|tuned|both|examples|none], and times TensorFlow.js, jax-js and PyTorch beside it.`;

/** @throws Error for an unknown option, suite, backend, workload or variant, or a number out of range */
export function readCommandLine(words: readonly string[]): CommandLine {
  const { values } = parseArgs({
    // pnpm hands the -- of "pnpm bench -- --json" on.
    args: words[0] === '--' ? words.slice(1) : [...words],
    options: {
      suite: { type: 'string' },
      backend: { type: 'string', default: 'wasm' },
      threads: { type: 'string', default: '1' },
      only: { type: 'string' },
      eager: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      wide: { type: 'boolean', default: false },
      also: { type: 'string' },
      peers: { type: 'string', default: 'both' },
      rounds: { type: 'string' },
      steps: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const variant: Variant = {
    host: 'node',
    backend: oneOf('backend', values.backend, Object.keys(backends)),
    threads: positive('threads', values.threads),
    relaxed: !values.plain,
    wide: values.wide,
    eager: values.eager,
  };
  const isGpu = variant.backend === 'webgpu';
  const count = (option: 'rounds' | 'steps'): number | undefined => {
    const text = values[option];
    return text === undefined ? undefined : positive(option, text);
  };
  const also = list(values.also);
  for (const word of also) alter(variant, word);
  const examples = [exampleStyle];
  const styles = { written: ['written'], tuned: ['tuned'], both: peerStyles, examples, none: [] } as const;
  const style = oneOf('peers', values.peers, Object.keys(styles) as (keyof typeof styles)[]);
  const suites = values.suite === undefined ? undefined : [oneOf('suite', values.suite, suiteNames)];
  return {
    suites: suites ?? ['train', 'kernels'],
    workloads: choose(list(values.only)),
    variant,
    also,
    peerStyles: styles[style],
    rounds: count('rounds') ?? (isGpu ? few.rounds : defaultRounds),
    steps: count('steps') ?? (isGpu ? few.steps : undefined),
    json: values.json,
  };
}

/** All of them, or those whose name is given, whole or up to a hyphen: `matmul` for `matmul-512-NN`. */
function choose(names: readonly string[]): Workload[] {
  if (names.length === 0) return [...workloads];
  const isMeant = ({ name }: Workload, word: string): boolean =>
    `${name}-`.toLowerCase().startsWith(`${word}-`.toLowerCase());
  for (const word of names) {
    if (workloads.some((workload) => isMeant(workload, word))) continue;
    throw new Error(`no workload "${word}"; there are: ${workloads.map(({ name }) => name).join(', ')}`);
  }
  return workloads.filter((workload) => names.some((word) => isMeant(workload, word)));
}

function list(words: string | undefined): string[] {
  return words === undefined ? [] : words.split(',').map((word) => word.trim());
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new Error(`--${option} is "${value}"; there are: ${names.join(', ')}`);
  return found;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option} is "${text}"; a whole number from 1 up is expected`);
  return value;
}
