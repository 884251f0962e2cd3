/** What a run in float16 needs besides; others do not load it. */
import { ConfigError } from '@evenkeel/errors';
import { clipGradNorm, GradScaler, type ScalableOptimizer } from '@evenkeel/optimizers';
import { autocast, currentBackend, type Tensor } from '@evenkeel/tensor';
import type { TrainOptions } from './train-options.ts';

/**
 * The scaler of a run in float16.
 *
 * @throws ConfigError for another precision, or a backend without float16
 */
export function scalerFor(precision: string): GradScaler {
  if (precision !== 'float16') {
    throw new ConfigError('There is no such precision to train in', { got: precision, expected: 'float32 or float16' });
  }
  const { name, limits } = currentBackend();
  if (!limits.dtypes.includes('float16')) {
    throw new ConfigError(`The backend ${name} has no float16`, {
      doing: 'beginning a run with precision: float16',
      got: `the dtypes ${limits.dtypes.join(', ')}`,
      expected: 'a backend with float16: webgpu where the GPU has shader-f16, or cpu',
      remedy: "useBackend() one of them, or train with precision: 'float32'",
    });
  }
  return new GradScaler();
}

/** One step in mixed precision; it gives the scale that follows too. */
export function scaledUpdate<B>(options: TrainOptions<B>, scaler: GradScaler) {
  const { model, loss: lossOf, clip } = options;
  const optimizer = options.optimizer as TrainOptions<B>['optimizer'] & ScalableOptimizer;
  return (batch: B): { loss: Tensor; norm: Tensor | undefined; scale: Tensor } => {
    optimizer.zeroGrad();
    const loss = autocast(() => lossOf(batch));
    scaler.scale(loss).backward();
    scaler.unscale_(optimizer);
    const norm = clip === undefined ? undefined : clipGradNorm(model.parameters(), clip);
    scaler.step(optimizer);
    scaler.update();
    return { loss, norm, scale: (scaler.stateDict().scale as Tensor).clone() };
  };
}
