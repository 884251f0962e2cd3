import { DeviceError } from '@evenkeel/errors';
import { AdamW } from '@evenkeel/optimizers';
import { cosineAnnealingLR, type Schedule, warmup } from '@evenkeel/schedulers';
import { manualSeed } from '@evenkeel/tensor';
import { BatchStream, type Checkpoint, toHost, train, yieldToHost } from '@evenkeel/trainer';
import type { RunFolder } from '@evenkeel/trainer/node';
import { type MachineUse, selectBackend } from './backends.ts';
import { type Console, peopleScreen, writeJson } from './console.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { howToResume, ownName, quoted } from './own-name.ts';
import type { RunConfig } from './run-config.ts';
import { TASKS } from './tasks/index.ts';
import { Reporter } from './terminal/reporter.ts';

export interface TrainRunOptions {
  console: Console;
  json?: boolean;
  use: MachineUse;
  checkpoint?: Checkpoint | undefined;
}

/**
 * Trains a run to its end, from the start or a checkpoint, and finishes its folder.
 *
 * @param open opens the folder, and takes from it what this run will write anew: called when the device and the data are there, so that
 *   a run that cannot begin costs none
 * @returns `ok`, or `interrupted` after Ctrl-C
 */
export async function trainRun(
  config: RunConfig,
  open: () => Promise<RunFolder>,
  { console, json, use, checkpoint }: TrainRunOptions,
): Promise<ExitCode> {
  const reporter = new Reporter(peopleScreen(console, json), config.task);
  await selectBackend(config.backend, use);
  const task = await TASKS[config.task]();
  manualSeed(config.seed);
  const job = await task.prepare(config);
  // Refuses what has not a single batch, as `train` will when the folder is open.
  new BatchStream(job.data);
  const folder = await open();
  const { steps, validation, checkpoints, optimizer, clip, precision } = config;
  const parameters = job.model.parameters();
  const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  reporter.line(`${config.task}: ${size.toLocaleString('en')} parameters, ${steps} steps, run folder ${folder.path}`);
  const finished = interruptible(async (signal) => {
    const result = await train({
      ...job,
      optimizer: new AdamW(parameters, { ...optimizer, betas: optimizer.betas as [number, number] }),
      schedule: riseAndFall(config),
      steps,
      clip,
      precision,
      validation: { ...job.validation, every: validation.every },
      ...(validation.patience > 0 && { earlyStopping: { patience: validation.patience } }),
      checkpoints: { store: folder, every: checkpoints.every },
      resume: checkpoint,
      signal,
      onEvent: async (event) => {
        await folder.record(event);
        reporter.event(event);
      },
    });
    reporter.end();
    const interrupted = (): ExitCode => {
      const saved = folder.hasCheckpoint ? `saved at step ${result.step}` : 'stopped before the first step';
      reporter.line(`${saved}; go on with: ${howToResume(folder.path)}`);
      if (json) writeJson(console, { task: config.task, interrupted: true, steps: result.step, run: folder.path });
      return EXIT.interrupted;
    };
    if (result.reason === 'aborted') return interrupted();
    if (result.reason === 'early stopping') {
      const since = `no better validation since step ${result.best?.step}, whose model is kept`;
      reporter.line(`stopped early at step ${result.step}: ${since}`);
    }
    const breathe = async () => {
      await yieldToHost();
      signal.throwIfAborted();
    };
    const started = performance.now();
    let measured: Record<string, number>;
    try {
      measured = await job.finish((line) => reporter.line(line), breathe);
    } catch (error) {
      if (signal.aborted) return interrupted();
      throw error;
    }
    const seconds = Number((result.seconds + (performance.now() - started) / 1000).toFixed(1));
    const summary = { task: config.task, ...measured, seconds, steps: result.step, seed: config.seed };
    await folder.finish(await toHost(job.model.stateDict()), summary);
    reporter.line(`${result.step} steps in ${seconds} s; run folder: ${folder.path}`);
    reporter.line(`use it: ${ownName()} predict ${quoted(folder.path)} ${task.example}`);
    if (json) writeJson(console, { ...summary, run: folder.path });
    return EXIT.ok;
  });
  return finished.catch((error: unknown) => {
    reporter.end();
    if (error instanceof DeviceError && folder.hasCheckpoint) {
      reporter.line(`the device failed; what is saved goes on with: ${howToResume(folder.path)}`);
    }
    throw error;
  });
}

/** A straight rise to the learning rate, then half a cosine down to 0 at the end. */
function riseAndFall({ steps, optimizer: { lr }, schedule: { warmupSteps } }: RunConfig): Schedule {
  const fall = cosineAnnealingLR({ lr, tMax: Math.max(1, steps - warmupSteps) });
  return warmupSteps > 0 ? warmup(fall, { steps: warmupSteps }) : fall;
}
