import { ConfigError, DTypeError, ShapeError } from '@evenkeel/errors';
import { arange, cumsum, gather, pad, recurrence, scope, Tensor, tensor, where, zerosLike } from '@evenkeel/tensor';
import { type ReductionOptions, reduce } from './reduction.ts';

/** How long each sequence is: one number without a batch, an array or an int32 tensor `[N]` with one. */
export type Lengths = number | readonly number[] | Tensor;

export interface CtcLossOptions extends ReductionOptions {
  /** The class that stands for no label (default 0). */
  blank?: number;
  /** Whether infinite losses, of targets that do not fit into their input, count as 0 (default false). */
  zeroInfinity?: boolean;
}

/**
 * −log of the probability of all ways in which the input can be read as the target, when repetitions count once and blanks
 * not at all; `torch.nn.functional.ctc_loss`. Graves et al. 2006, Connectionist temporal classification.
 *
 * The mean is that of loss / target length (at least 1) over the batch. The gradient is PyTorch's, e^logProbs − the
 * probability that a step stands for the class: it takes for granted that logProbs come from a logSoftmax. Where a loss is
 * infinite the gradient is 0 (PyTorch's is NaN unless `zeroInfinity`).
 *
 * @param logProbs `[T, N, C]`, or `[T, C]` without a batch; log-probabilities of the classes at each step
 * @param targets int32 `[N, S]`, what is beyond a target's length being ignored; or all targets in one row, `[ΣS]`
 * @param inputLengths up to T
 * @param targetLengths up to S
 * @returns a scalar, or with `reduction: 'none'` one loss for each of the batch
 * @throws ShapeError when lengths and shapes do not fit; ConfigError for a blank that is no class
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options: CtcLossOptions = {},
): Tensor {
  const { blank = 0, reduction, zeroInfinity = false } = options;
  const single = logProbs.ndim === 2;
  check(logProbs, targets, blank);
  return scope(() => {
    const batch = single ? logProbs.unsqueeze(1) : logProbs;
    const [steps, size] = batch.shape as [number, number, number];
    const inputs = lengthTensor('inputLengths', inputLengths, size, steps);
    const rows = targets.ndim === 2 || !single ? targets : targets.unsqueeze(0);
    const limit = rows.shape.at(-1) ?? 0;
    const lengths = lengthTensor('targetLengths', targetLengths, size, limit);
    const labels = labelsWithBlanks(rows, lengths, longest(targetLengths, limit), blank);
    const losses = negativeLogLikelihood(batch, labels, inputs, lengths);
    const impossible = losses.detach().ge(-lowest / 10);
    // As for the values, nothing is added; to the gradient, e^logProbs.
    const total = totalProbability(batch, inputs);
    const whole = losses.add(total.sub(total.detach()));
    const finite = where(impossible, zeroInfinity ? 0 : Infinity, whole);
    const each = (reduction ?? 'mean') === 'mean' ? finite.div(lengths.to(finite.dtype).clamp({ min: 1 })) : finite;
    return reduce(single ? each.squeeze(0) : each, reduction);
  });
}

// Instead of −∞, whose differences are NaN. Sums of it over any number of steps stay in the range of a float32.
const lowest = -1e30;

/** Σ over the classes and over each sequence's steps of e^logProbs; `[N]`. */
function totalProbability(logProbs: Tensor, inputLengths: Tensor): Tensor {
  const within = arange(logProbs.shape[0] as number)
    .unsqueeze(1)
    .lt(inputLengths);
  return where(within.unsqueeze(-1), logProbs.exp(), 0).sum([0, 2]);
}

/** blank, label, blank, label, …, blank for each target: int32 `[N, 2S + 1]`. */
function labelsWithBlanks(targets: Tensor, lengths: Tensor, longestTarget: number, blank: number): Tensor {
  const size = lengths.size;
  const positions = arange(longestTarget);
  const within = positions.lt(lengths.unsqueeze(1));
  const starts = targets.ndim === 1 ? cumsum(lengths, 0).sub(lengths) : undefined;
  const place = starts ? starts.unsqueeze(1).add(positions) : positions.expand([size, longestTarget]);
  const safe = where(within, place, 0);
  const read = longestTarget === 0 ? safe : targets.ndim === 1 ? pick(targets, safe) : gather(targets, 1, safe);
  const labels = where(within, read, blank).unsqueeze(-1);
  return pad(pad(labels, [1, 0], { value: blank }).flatten(1), [0, 1], { value: blank });
}

function pick(row: Tensor, places: Tensor): Tensor {
  return row.indexSelect(0, places.flatten()).reshape(places.shape);
}

/** The forward recursion: after each step, the log-probability of all ways to be at each of the labels; then of the ends. */
function negativeLogLikelihood(logProbs: Tensor, labels: Tensor, inputLengths: Tensor, lengths: Tensor): Tensor {
  const [steps, size] = logProbs.shape as [number, number, number];
  const width = labels.shape[1] as number;
  const emitted = logProbs.gather(2, labels.unsqueeze(0).expand([steps, size, width])).clamp({ min: lowest });
  const behind = (x: Tensor, count: number, value: number): Tensor => pad(x, [count, 0], { value }).narrow(1, 0, width);
  // From a label straight to the next one, without a blank between, unless they are the same.
  const skips = labels.ne(behind(labels, 2, -1));
  let ways: Tensor = where(arange(width).lt(2), emitted.select(0, 0), lowest);
  // A sequence without any step reads as the empty target alone.
  ways = where(inputLengths.gt(0).unsqueeze(1), ways, where(arange(width).lt(1), zerosLike(ways), lowest));
  if (steps > 1) {
    const isRunning = arange(1, steps)
      .reshape([steps - 1, 1, 1])
      .lt(inputLengths.unsqueeze(1));
    const { carry } = recurrence(
      ([before], [emission, running], [canSkip]) => {
        const past = before as Tensor;
        const far = where(canSkip as Tensor, behind(past, 2, lowest), lowest);
        const next = logSumExp([past, behind(past, 1, lowest), far]).add(emission as Tensor);
        return { carry: [where(running as Tensor, next, past)], outputs: [] };
      },
      { carry: [ways], sequences: [emitted.narrow(0, 1, steps - 1), isRunning], shared: [skips] },
    );
    ways = carry[0] as Tensor;
  }
  const atBlank = ways.gather(1, lengths.mul(2).unsqueeze(1));
  const atLabel = ways.gather(1, lengths.mul(2).sub(1).clamp({ min: 0 }).unsqueeze(1));
  const hasLabel = lengths.gt(0).unsqueeze(1);
  return logSumExp([atBlank, where(hasLabel, atLabel, lowest)])
    .squeeze(1)
    .neg();
}

/** log Σ eˣ of tensors of one shape, shifted by the largest. */
function logSumExp(parts: readonly Tensor[]): Tensor {
  const largest = parts.map((part) => part.detach()).reduce((a, b) => a.maximum(b));
  const sum = parts.map((part) => part.sub(largest).exp()).reduce((a, b) => a.add(b));
  return sum.log().add(largest);
}

function longest(lengths: Lengths, limit: number): number {
  if (lengths instanceof Tensor) return limit;
  return typeof lengths === 'number' ? lengths : Math.max(0, ...lengths);
}

function lengthTensor(name: string, lengths: Lengths, size: number, limit: number): Tensor {
  const listed = typeof lengths === 'number' ? [lengths] : lengths;
  const count = listed instanceof Tensor ? listed.size : listed.length;
  const wrong = listed instanceof Tensor ? undefined : listed.find((each) => !(each >= 0 && each <= limit));
  if (count !== size || wrong !== undefined) {
    throw new ShapeError(`${name} do not fit`, {
      op: 'ctcLoss',
      got: listed instanceof Tensor ? `lengths [${listed.shape.join(', ')}]` : `lengths ${listed.join(', ')}`,
      expected: `${size} whole numbers from 0 to ${limit}`,
    });
  }
  return listed instanceof Tensor ? listed.reshape([size]) : tensor([...listed], { dtype: 'int32', shape: [size] });
}

function check(logProbs: Tensor, targets: Tensor, blank: number): void {
  const classes = logProbs.shape.at(-1) ?? 0;
  if (targets.dtype !== 'int32') {
    throw new DTypeError('targets are class numbers', { op: 'ctcLoss', got: targets.dtype, expected: 'int32' });
  }
  const ranks = logProbs.ndim === 3 ? [1, 2] : [1];
  const sameBatch = targets.ndim !== 2 || targets.shape[0] === logProbs.shape[1];
  if (![2, 3].includes(logProbs.ndim) || !ranks.includes(targets.ndim) || !sameBatch || logProbs.shape[0] === 0) {
    throw new ShapeError('log-probabilities and targets do not fit together', {
      op: 'ctcLoss',
      got: `logProbs [${logProbs.shape.join(', ')}], targets [${targets.shape.join(', ')}]`,
      expected: 'logProbs [T, N, C] with targets [N, S] or [sum of the lengths], or [T, C] with [S], T at least 1',
    });
  }
  if (Number.isInteger(blank) && blank >= 0 && blank < classes) return;
  throw new ConfigError('blank is not a class', {
    op: 'ctcLoss',
    got: `blank = ${blank}`,
    expected: `a class from 0 to ${classes - 1}`,
  });
}
