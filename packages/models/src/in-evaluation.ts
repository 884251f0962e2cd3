import type { Module } from '@evenkeel/nn-layers';

/** Runs `work` with a model in evaluation mode and puts each module back into the mode it was in. */
export async function inEvaluation<Result>(model: Module, work: () => Promise<Result>): Promise<Result> {
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  try {
    return await work();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}
