import { noGrad } from '@evenkeel/tensor';

/** A module as far as running statistics go; `Module` of @evenkeel/nn-layers is one. */
export interface ModuleWithStatistics {
  training: boolean;
  modules(): ModuleWithStatistics[];
  train(): unknown;
  call(...inputs: never[]): unknown;
}

interface RunningStatistics extends ModuleWithStatistics {
  momentum: number | null;
  resetRunningStats(): void;
}

export interface UpdateBatchNormOptions<Batch> {
  /** What of a batch the model is called with (default: the batch itself, or the first entry of an array). */
  inputOf?: (batch: Batch) => unknown;
}

/**
 * Computes the running statistics of a model's batch norms anew, as plain means over the batches of `loader`;
 * `torch.optim.swa_utils.update_bn`. For models whose weights were averaged or replaced.
 *
 * The model runs in training mode, without recording; afterwards each module is back in the mode it was in. Without
 * running statistics nothing runs. Instance norms that track statistics are renewed too, which PyTorch leaves out.
 *
 * @param loader batches, awaited where they are asynchronous
 * @example await updateBatchNorm(loader, averaged.module, { inputOf: ({ x }) => x });
 */
export async function updateBatchNorm<Batch>(
  loader: Iterable<Batch> | AsyncIterable<Batch>,
  model: ModuleWithStatistics,
  options: UpdateBatchNormOptions<Batch> = {},
): Promise<void> {
  const { inputOf = (batch: Batch): unknown => (Array.isArray(batch) ? batch[0] : batch) } = options;
  const modules = model.modules();
  const norms = modules.filter(tracksStatistics);
  if (norms.length === 0) return;
  const modes = modules.map((module) => [module, module.training] as const);
  const momenta = norms.map((norm) => [norm, norm.momentum] as const);
  try {
    model.train();
    for (const norm of norms) norm.resetRunningStats();
    let seen = 0;
    for await (const batch of loader) {
      seen++;
      // A share of 1 / seen each time makes the moving average a plain mean.
      for (const norm of norms) norm.momentum = 1 / seen;
      noGrad(() => void model.call(inputOf(batch) as never));
    }
  } finally {
    for (const [norm, momentum] of momenta) norm.momentum = momentum;
    for (const [module, training] of modes) module.training = training;
  }
}

function tracksStatistics(module: ModuleWithStatistics): module is RunningStatistics {
  const { running_mean, resetRunningStats } = module as { running_mean?: unknown; resetRunningStats?: unknown };
  return running_mean !== undefined && typeof resetRunningStats === 'function';
}
