import { ConfigError, ShapeError } from '@evenkeel/errors';
import {
  arange,
  indexAdd,
  logicalAnd,
  logicalNot,
  onesLike,
  scope,
  searchsorted,
  Tensor,
  tensor,
  where,
  zeros,
} from '@evenkeel/tensor';
import { type EmbeddingLookupOptions, embedding } from './embedding.ts';

export interface EmbeddingBagLookupOptions extends EmbeddingLookupOptions {
  /** What becomes of a bag's rows (default `mean`). */
  mode?: 'sum' | 'mean' | 'max';
  /** Factors on the rows, shaped as the input; with mode `sum` alone. */
  perSampleWeights?: Tensor;
  /** Whether the last offset is the end of the last bag instead of the start of one more (default false). */
  includeLastOffset?: boolean;
}

/** Where bags start in a row of numbers: ascending, the first 0; an int32 tensor is not checked. */
export type Offsets = readonly number[] | Tensor;

/**
 * The sum, mean or maximum of the rows that each bag of numbers names; `torch.nn.functional.embedding_bag`.
 *
 * A row `paddingIdx` is left out, also from the count of the mean. An empty bag gives zeros.
 *
 * @param input int32 `[bags, n]`; or with `offsets` the bags one after the other, `[total]`
 * @param weight `[rows, features]`
 * @returns `[bags, features]`
 * @throws ShapeError when input, offsets and weights do not fit; ConfigError for weights in another mode than `sum`
 */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  offsets?: Offsets,
  options: EmbeddingBagLookupOptions = {},
): Tensor {
  const { mode = 'mean', paddingIdx, perSampleWeights, includeLastOffset = false, ...lookup } = options;
  checkMode(mode, perSampleWeights);
  if (input.ndim !== (offsets ? 1 : 2) || (perSampleWeights && perSampleWeights.shape.join() !== input.shape.join())) {
    throw new ShapeError('input, offsets and weights do not fit together', {
      op: 'embeddingBag',
      got: `input [${input.shape.join(', ')}]${perSampleWeights ? `, perSampleWeights [${perSampleWeights.shape.join(', ')}]` : ''}${offsets ? ' with' : ' without'} offsets`,
      expected: 'input [bags, n], or [total] with offsets, and weights of the same shape',
    });
  }
  return scope(() => {
    const rows = embedding(input, weight, lookup);
    const padding =
      paddingIdx === undefined ? undefined : paddingIdx < 0 ? paddingIdx + (weight.shape[0] ?? 0) : paddingIdx;
    const counted = padding === undefined ? onesLike(input).eq(1) : input.ne(padding);
    const weighted = perSampleWeights ? rows.mul(perSampleWeights.unsqueeze(-1)) : rows;
    const bags = offsets ? looseBags(input.size, startsOf(offsets, input.size, includeLastOffset)) : undefined;
    if (mode === 'max') return largest(weighted, counted, bags);
    const kept = where(counted.unsqueeze(-1), weighted, 0);
    const sums = bags ? bags.add(kept) : kept.sum(1);
    if (mode === 'sum') return sums;
    const ones = counted.to(sums.dtype).unsqueeze(-1);
    const counts = bags ? bags.add(ones) : ones.sum(1);
    return sums.div(counts.clamp({ min: 1 }));
  });
}

/** Bags of any size, one after the other in dimension 0. */
interface LooseBags {
  /** `[total, features]` to `[bags, features]`. */
  add(rows: Tensor): Tensor;
  /** Bool `[bags, total]`: which positions belong to which bag. */
  members(): Tensor;
}

function looseBags(total: number, starts: Tensor): LooseBags {
  // The last bag that starts at or before a position; bags that start at the same place are empty but for the last.
  const bag = searchsorted(starts, arange(total), { right: true }).sub(1);
  return {
    add: (rows) => indexAdd(zeros([starts.size, ...rows.shape.slice(1)], { dtype: rows.dtype }), 0, bag, rows),
    members: () => arange(starts.size).unsqueeze(1).eq(bag),
  };
}

function largest(rows: Tensor, counted: Tensor, bags: LooseBags | undefined): Tensor {
  const members = bags ? logicalAnd(bags.members(), counted) : counted;
  const all = bags ? rows.unsqueeze(0) : rows;
  if (members.shape[1] === 0) return zeros([members.shape[0] ?? 0, rows.shape.at(-1) ?? 0], { dtype: rows.dtype });
  const { values } = where(members.unsqueeze(-1), all, -Infinity).max(1);
  const empty = logicalNot(members.any(1, { keepdim: true }));
  return where(empty, 0, values);
}

function startsOf(offsets: Offsets, total: number, includesLast: boolean): Tensor {
  const listed = offsets instanceof Tensor ? undefined : offsets;
  const ascends = listed?.every((start, index) => start >= (listed[index - 1] ?? 0) && start <= total) ?? true;
  if (!ascends || (listed && listed[0] !== 0)) {
    throw new ShapeError('the offsets are no starts of bags', {
      op: 'embeddingBag',
      got: `offsets ${listed?.join(', ')} into ${total} numbers`,
      expected: `ascending from 0 to at most ${total}`,
    });
  }
  const starts =
    offsets instanceof Tensor ? offsets : tensor([...offsets], { dtype: 'int32', shape: [offsets.length] });
  return includesLast ? starts.narrow(0, 0, starts.size - 1) : starts;
}

function checkMode(mode: string, perSampleWeights: Tensor | undefined): void {
  if (!['sum', 'mean', 'max'].includes(mode)) {
    throw new ConfigError('no such mode', { op: 'embeddingBag', got: `'${mode}'`, expected: "'sum', 'mean' or 'max'" });
  }
  if (perSampleWeights && mode !== 'sum') {
    throw new ConfigError('weights of single rows go with sums alone', {
      op: 'embeddingBag',
      got: `perSampleWeights with mode '${mode}'`,
      remedy: "use mode 'sum'; a weighted mean is its quotient by the sum of the weights",
    });
  }
}
