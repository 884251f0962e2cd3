import type { Tensor } from '@evenkeel/tensor';
import * as api from '@evenkeel/tensor';
import { direct, exported, isTensor, type Operation, type OperationTable, op } from '../program/operation.ts';

type Dim = number | number[] | undefined;

/** `max()`, `max(dim)` and `max(other)` are three functions under one name. */
function extreme(name: 'max' | 'min', pairwise: (a: Tensor, b: Tensor) => Tensor): Operation {
  return op('input, dim/other, keepdim', (input: Tensor, dim: Tensor | number | undefined, keepdim?: boolean) => {
    if (isTensor(dim)) return pairwise(input, dim);
    const reduce = exported(api, name) as (...values: unknown[]) => unknown;
    return dim === undefined ? reduce(input) : reduce(input, dim, { keepdim: keepdim ?? false });
  });
}

/** PyTorch's `unbiased` is the older word for `correction`. */
function spread(name: 'var' | 'std' | 'varMean' | 'stdMean'): Operation {
  return op(
    'input, dim, unbiased, keepdim, correction',
    (
      input: Tensor,
      dim: Dim,
      unbiased: boolean | undefined,
      keepdim: boolean | undefined,
      correction: number | undefined,
    ) => {
      const reduce = (name === 'var' ? api.variance : exported(api, name)) as (...values: unknown[]) => unknown;
      const divisor = correction ?? (unbiased === false ? 0 : 1);
      return reduce(input, dim, { correction: divisor, keepdim: keepdim ?? false });
    },
  );
}

const overDims = 'sum mean prod amax amin any all logsumexp nansum nanmean'.split(' ');
const overDim = 'argmax argmin'.split(' ');

/** PyTorch takes several q as a tensor, we as an array. */
function ofQuantiles(name: 'quantile' | 'nanquantile'): Operation {
  const { parameters, run } = direct(api, name, 'input, q, dim | keepdim, interpolation');
  return {
    parameters,
    run: async (input: Tensor, q: Tensor | number, ...rest: unknown[]) =>
      run(...([input, isTensor(q) ? Array.from(await q.data(), Number) : q, ...rest] as never[])),
  };
}

/** Sums and other reductions, scans, norms. */
export const reductions: OperationTable = {
  ...Object.fromEntries(overDims.map((name) => [`torch.${name}`, direct(api, name, 'input, dim | keepdim, dtype')])),
  ...Object.fromEntries(overDim.map((name) => [`torch.${name}`, direct(api, name, 'input, dim | keepdim')])),
  'torch.special.logsumexp': direct(api, 'logsumexp', 'input, dim | keepdim'),
  'torch.max': extreme('max', api.maximum),
  'torch.min': extreme('min', api.minimum),
  'torch.aminmax': direct(api, 'aminmax', 'input | dim, keepdim'),
  'torch.var': spread('var'),
  'torch.std': spread('std'),
  'torch.var_mean': spread('varMean'),
  'torch.std_mean': spread('stdMean'),
  'torch.median': direct(api, 'median', 'input, dim | keepdim'),
  'torch.nanmedian': direct(api, 'nanmedian', 'input, dim | keepdim'),
  'torch.mode': direct(api, 'mode', 'input, dim | keepdim'),
  'torch.quantile': ofQuantiles('quantile'),
  'torch.nanquantile': ofQuantiles('nanquantile'),
  'torch.count_nonzero': direct(api, 'countNonzero', 'input, dim'),
  'torch.norm': op('input, p, dim, keepdim', (input: Tensor, p: number | undefined, dim: Dim, keepdim?: boolean) =>
    api.vectorNorm(input, p ?? 2, dim, { keepdim: keepdim ?? false }),
  ),
  'linalg.vector_norm': op(
    'input/x, ord, dim, keepdim',
    (input: Tensor, ord: number | undefined, dim: Dim, keepdim?: boolean) =>
      api.vectorNorm(input, ord ?? 2, dim, { keepdim: keepdim ?? false }),
  ),
  'linalg.norm': op(
    'input/A, ord, dim, keepdim',
    (input: Tensor, ord: number | undefined, dim: Dim, keepdim?: boolean) =>
      api.vectorNorm(input, ord ?? 2, dim, { keepdim: keepdim ?? false }),
  ),
  'torch.cumsum': direct(api, 'cumsum', 'input, dim | dtype'),
  'torch.cumprod': direct(api, 'cumprod', 'input, dim | dtype'),
  'torch.cummax': direct(api, 'cummax', 'input, dim'),
  'torch.cummin': direct(api, 'cummin', 'input, dim'),
  'torch.logcumsumexp': direct(api, 'logcumsumexp', 'input, dim'),
  'torch.diff': op(
    'input, n, dim, prepend, append',
    (input: Tensor, n?: number, dim?: number, prepend?: Tensor, append?: Tensor) =>
      api.diff(input, n, dim, { ...(prepend && { prepend }), ...(append && { append }) }),
  ),
  'torch.trapezoid': op('y/input, x, dx, dim', (y: Tensor, x?: Tensor, dx?: number, dim?: number) =>
    api.trapezoid(y, x ?? dx, dim),
  ),
  'torch.cumulative_trapezoid': op('y/input, x, dx, dim', (y: Tensor, x?: Tensor, dx?: number, dim?: number) =>
    api.cumulativeTrapezoid(y, x ?? dx, dim),
  ),
  'torch.renorm': direct(api, 'renorm', 'input, p, dim, maxnorm'),
  'torch.cov': direct(api, 'cov', 'input | correction, fweights, aweights'),
  'torch.corrcoef': direct(api, 'corrcoef', 'input'),
  'linalg.matrix_norm': op('A/input, ord', (input: Tensor, order?: 'fro' | number) => api.matrixNorm(input, order)),
  'torch.trace': direct(api, 'trace', 'input'),
  'torch.dist': direct(api, 'dist', 'input, other, p'),
};
