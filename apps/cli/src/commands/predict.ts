import { selectBackend } from '../backends.ts';
import { type Console, writeJson } from '../console.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openRun } from './open-run.ts';

/** The options of `evenkeel predict`, as commander hands them over. */
export interface PredictCommandOptions {
  json?: boolean;
  backend?: string;
  length: number;
  temperature: number;
  seed: number;
}

/** `evenkeel predict RUN [inputs…]`: what a trained model makes of the inputs. */
export async function predictCommand(
  path: string,
  inputs: string[],
  { json, backend, ...options }: PredictCommandOptions,
  console: Console,
): Promise<ExitCode> {
  const { folder, config, task } = await openRun(path, backend, (line) => console.err.write(`${line}\n`));
  const { tensors, step } = await folder.model();
  if (step !== undefined) console.err.write(`this run is not finished: using its checkpoint of step ${step}\n`);
  await selectBackend(config.backend);
  const predictions = await task.predict(config, tensors, { inputs, ...options });
  if (json) writeJson(console, { outputs: predictions.map(({ output }) => output) });
  else for (const { text } of predictions) console.out.write(`${text}\n`);
  return EXIT.ok;
}
