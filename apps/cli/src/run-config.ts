import { ConfigError, nearestName } from '@evenkeel/errors';
import { parse, stringify } from 'yaml';

export const TASK_NAMES = ['dates', 'digits', 'chars'] as const;
export type TaskName = (typeof TASK_NAMES)[number];

/** All that decides how a run goes; `config.yaml` of its folder. */
export interface RunConfig {
  task: TaskName;
  seed: number;
  /** Optimizer steps. */
  steps: number;
  batchSize: number;
  /** AdamW. */
  optimizer: { lr: number; betas: number[]; weightDecay: number };
  /** A straight rise, then half a cosine down to 0 at the last step. */
  schedule: { warmupSteps: number };
  /** Largest norm of all gradients together. */
  clip: number;
  labelSmoothing: number;
  /** Sizes, by the task's names. */
  model: Record<string, number>;
  /** `every`: after how many steps. `patience`: stop after so many validations without a better one; 0 never stops. */
  validation: { every: number; patience: number };
  checkpoints: { every: number; keepLast: number };
  backend: string;
  /** What products are computed in: `float32`, or `float16` where the backend has it. */
  precision: 'float32' | 'float16';
  /** Where the data lies, and what it was, so that a run is not resumed with another; empty for generated data. */
  data: { path: string; sha256: string };
  /** The characters a text model knows, in the order of their ids; empty where the task fixes them. */
  vocabulary: string;
}

/** The text of `config.yaml`. */
export function writeConfig(config: RunConfig): string {
  return `# What this run was started with; "evenkeel resume" reads it.\n${stringify(config)}`;
}

/**
 * Reads `config.yaml`.
 *
 * @param defaults of each task; they say which keys there are and of what kind
 * @throws ConfigError naming the key that is unknown (and the nearest known one), missing or of the wrong kind
 */
export function readConfig(text: string, path: string, defaults: (task: TaskName) => RunConfig): RunConfig {
  let given: unknown;
  try {
    given = parse(text);
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n');
    throw new ConfigError(`${path} is not YAML`, { got: reason, cause });
  }
  const task = (given as { task?: unknown } | null)?.task;
  if (!TASK_NAMES.includes(task as TaskName)) {
    throw new ConfigError(`${path} names no known task`, {
      got: `task: ${JSON.stringify(task)}`,
      expected: TASK_NAMES.join(', '),
      remedy: suggestion(String(task), TASK_NAMES),
    });
  }
  // Runs from before there was another say nothing.
  const config = { precision: 'float32', ...(given as object) };
  checkLike(config, defaults(task as TaskName), path, '');
  return config as RunConfig;
}

/** Holds a value against another of the kind it must have. */
function checkLike(given: unknown, model: unknown, path: string, key: string): void {
  if (kind(given) !== kind(model)) {
    const got = given === undefined ? 'nothing' : JSON.stringify(given);
    throw new ConfigError(`${path}: ${key} is wrong`, {
      got,
      expected: `a ${kind(model)}, as ${JSON.stringify(model)}`,
    });
  }
  if (kind(model) !== 'map') return;
  const known = Object.keys(model as object);
  for (const name of Object.keys(given as object)) {
    if (known.includes(name)) continue;
    throw new ConfigError(`${path}: there is no ${prefixed(key, name)}`, {
      expected: known.map((each) => prefixed(key, each)).join(', '),
      remedy: suggestion(name, known),
    });
  }
  for (const name of known) {
    const part = (value: unknown) => (value as Record<string, unknown>)[name];
    checkLike(part(given), part(model), path, prefixed(key, name));
  }
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'map';
  return typeof value === 'number' && !Number.isFinite(value) ? 'number that is not finite' : typeof value;
}

function prefixed(key: string, name: string): string {
  return key === '' ? name : `${key}.${name}`;
}

function suggestion(given: string, known: Iterable<string>): string | undefined {
  const near = nearestName(given, known);
  return near === undefined ? undefined : `did you mean ${near}?`;
}
