import { join } from 'node:path';
import { RunFolder } from '@evenkeel/trainer/node';
import { chooseBackend } from '../backends.ts';
import { type RunConfig, readConfig, TASK_NAMES, type TaskName } from '../run-config.ts';
import { TASKS } from '../tasks/index.ts';
import type { Task } from '../tasks/task.ts';

/**
 * Opens a run folder and reads its configuration.
 *
 * @param backend used instead of the run's own
 * @param tell is told which backend `auto` came to
 * @throws DataError if it is no run folder, ConfigError if its configuration is wrong
 */
export async function openRun(
  path: string,
  backend: string | undefined,
  tell: (line: string) => void,
): Promise<{ folder: RunFolder; config: RunConfig; task: Task }> {
  const opened = await RunFolder.open(path);
  const defaults = new Map<TaskName, RunConfig>();
  for (const name of TASK_NAMES) defaults.set(name, (await TASKS[name]()).defaults);
  const config = readConfig(opened.config, join(path, 'config.yaml'), (name) => defaults.get(name)!);
  const folder = await RunFolder.open(path, { keepLast: config.checkpoints.keepLast });
  config.backend = await chooseBackend(backend ?? config.backend, tell);
  return { folder, config, task: await TASKS[config.task]() };
}
