import { ConfigError, NonFiniteError } from '@evenkeel/errors';
import { noGrad, Tensor, zeros } from '@evenkeel/tensor';
import { clipFactor, globalNorm } from './global-norm.ts';

export interface ClipGradNormOptions {
  /** 2 by default; `Infinity` takes the largest absolute value. */
  normType?: number;
  /** Throw a NonFiniteError when the norm is NaN or infinite. It has to read the norm, so the call is asynchronous. */
  errorIfNonfinite?: boolean;
}

/**
 * Scales the gradients of `parameters` together so that their common norm is at most `maxNorm`, as
 * `torch.nn.utils.clip_grad_norm_`: each is multiplied with `min(1, maxNorm / (norm + 1e-6))`.
 *
 * Parameters without a gradient are passed over.
 *
 * @returns the norm before clipping, a scalar tensor; nothing is read from the device
 * @throws ConfigError when `maxNorm` is negative or `normType` is not positive
 */
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options?: ClipGradNormOptions & { errorIfNonfinite?: false },
): Tensor;
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions & { errorIfNonfinite: true },
): Promise<Tensor>;
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor | Promise<Tensor> {
  const normType = options.normType ?? 2;
  if (!(maxNorm >= 0)) throw outOfRange('maxNorm', maxNorm, 'a number >= 0');
  if (!(normType > 0)) throw outOfRange('normType', normType, 'a number > 0, or Infinity');
  const owners = withGradient(parameters);
  const gradients = owners.map(({ gradient }) => gradient);
  const norm = noGrad(() => (gradients.length === 0 ? zeros([]) : globalNorm(gradients, normType)));
  const clip = (): Tensor => {
    const factor = noGrad(() => clipFactor(norm, maxNorm));
    for (const { parameter, gradient } of owners) parameter.grad = noGrad(() => gradient.mul(factor));
    return norm;
  };
  return options.errorIfNonfinite ? requireFinite(norm, normType).then(clip) : clip();
}

/**
 * Clamps every element of the gradients of `parameters` to `[-clipValue, clipValue]`, as
 * `torch.nn.utils.clip_grad_value_`.
 */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  if (!(clipValue >= 0)) throw outOfRange('clipValue', clipValue, 'a number >= 0');
  for (const { parameter, gradient } of withGradient(parameters)) {
    parameter.grad = noGrad(() => gradient.clamp({ min: -clipValue, max: clipValue }));
  }
}

/** The tensors that have a gradient, with it. */
export function withGradient(parameters: Tensor | Iterable<Tensor>): { parameter: Tensor; gradient: Tensor }[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.flatMap((parameter) => (parameter.grad ? [{ parameter, gradient: parameter.grad }] : []));
}

async function requireFinite(norm: Tensor, normType: number): Promise<void> {
  const value = await norm.item();
  if (Number.isFinite(value)) return;
  throw new NonFiniteError('the gradients have no finite norm', {
    doing: `clipping gradients by their ${normType}-norm`,
    got: `a norm of ${value}`,
    expected: 'a finite norm',
    remedy: 'look for NaN or infinity in the loss, or leave errorIfNonfinite out to clip regardless',
  });
}

function outOfRange(name: string, value: number, expected: string): ConfigError {
  return new ConfigError(`${name} is out of range`, {
    doing: 'clipping gradients',
    got: `${name} = ${value}`,
    expected,
  });
}
