import { resolve } from 'node:path';
import { ConfigError } from '@evenkeel/errors';
import { RunFolder } from '@evenkeel/trainer/node';
import { chooseBackend, type MachineUse } from '../backends.ts';
import { type Console, peopleScreen } from '../console.ts';
import type { ExitCode } from '../exit-codes.ts';
import { howToResume, ownName, quoted } from '../own-name.ts';
import { type RunConfig, type TaskName, writeConfig } from '../run-config.ts';
import { trainRun } from '../session.ts';
import { TASKS } from '../tasks/index.ts';

/** The options of `evenkeel train`, as commander hands them over. */
export interface TrainCommandOptions extends MachineUse {
  run?: string;
  steps?: number;
  seed?: number;
  batchSize?: number;
  lr?: number;
  data?: string;
  text?: string;
  backend?: string;
  precision?: 'float32' | 'float16';
  checkpointEvery?: number;
  force?: boolean;
  json?: boolean;
}

const LEAST_STEPS_PER_WARMUP_STEP = 5;

/** `evenkeel train TASK`: a new run, from the task's defaults and the options. */
export async function trainCommand(name: TaskName, options: TrainCommandOptions, console: Console): Promise<ExitCode> {
  const task = await TASKS[name]();
  const path = options.run ?? `runs/${name}`;
  const source = options.data ?? options.text;
  const screen = peopleScreen(console, options.json);
  const tell = (line: string) => screen.write(`${line}\n`);
  const backend = await chooseBackend(options.backend ?? task.defaults.backend, tell, options, options.precision);
  const config = await task.configure(withOptions(task.defaults, { ...options, backend }), source && resolve(source));
  const made = () => makeFolder(path, config, options.force);
  return trainRun(config, made, { console, use: options, ...(options.json && { json: true }) });
}

async function makeFolder(path: string, config: RunConfig, force: boolean | undefined): Promise<RunFolder> {
  const { keepLast } = config.checkpoints;
  try {
    return await RunFolder.create(path, { config: writeConfig(config), keepLast, ...(force && { force }) });
  } catch (error) {
    if (!(error instanceof ConfigError) || !error.summary.endsWith('already holds a run')) throw error;
    throw new ConfigError(error.summary, {
      remedy: `go on with it: ${howToResume(path)}
  or write over it: ${ownName()} train ${config.task} --run ${quoted(path)} --force
  or choose another folder with --run`,
      cause: error,
    });
  }
}

function withOptions(defaults: RunConfig, options: TrainCommandOptions & { backend: string }): RunConfig {
  const { steps, seed, batchSize, lr, backend, precision, checkpointEvery } = options;
  const length = steps ?? defaults.steps;
  // In a run much shorter than the default the rate would else never get up.
  const warmupSteps = Math.min(defaults.schedule.warmupSteps, Math.floor(length / LEAST_STEPS_PER_WARMUP_STEP));
  return {
    ...defaults,
    steps: length,
    schedule: { warmupSteps },
    seed: seed ?? defaults.seed,
    batchSize: batchSize ?? defaults.batchSize,
    backend,
    precision: precision ?? defaults.precision,
    optimizer: { ...defaults.optimizer, lr: lr ?? defaults.optimizer.lr },
    checkpoints: { ...defaults.checkpoints, every: checkpointEvery ?? defaults.checkpoints.every },
  };
}
