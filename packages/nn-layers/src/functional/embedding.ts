import { IndexError } from '@evenkeel/errors';
import {
  logicalAnd,
  noGrad,
  onesLike,
  scatterAdd,
  scope,
  type Tensor,
  vectorNorm,
  where,
  zeros,
} from '@evenkeel/tensor';

export interface EmbeddingLookupOptions {
  /** A row that is looked up as it stands but gets no gradient; negative counts from the end. */
  paddingIdx?: number;
  /** Rows that are looked up and have a larger norm are first shrunk to it, in the table itself. */
  maxNorm?: number;
  /** The p of that norm (default 2). */
  normType?: number;
  /** Divides a row's gradient by how often the row is looked up in this call (default false). */
  scaleGradByFreq?: boolean;
}

/**
 * The rows of a table; `torch.nn.functional.embedding`.
 *
 * @param input int32 row numbers of any shape `[...]`
 * @param weight `[rows, features]`
 * @returns `[..., features]`
 * @throws IndexError for a row number outside the table
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingLookupOptions = {}): Tensor {
  const { paddingIdx, maxNorm, normType = 2, scaleGradByFreq = false } = options;
  const [numEmbeddings = 0, features = 0] = weight.shape;
  return scope(() => {
    const flat = input.flatten();
    if (maxNorm !== undefined) shrinkRows(weight, flat, maxNorm, normType);
    let rows = lookUp(weight, flat);
    if (scaleGradByFreq && rows.requiresGrad) {
      const share = countsOf(flat, numEmbeddings).indexSelect(0, flat).to(rows.dtype).reciprocal().unsqueeze(1);
      // The same values to the last bit, with a gradient of `share`.
      rows = rows.detach().add(rows.sub(rows.detach()).mul(share));
    }
    const shaped = rows.reshape([...input.shape, features]);
    if (paddingIdx === undefined || !rows.requiresGrad) return shaped;
    const padding = input.eq(paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx).unsqueeze(-1);
    return where(padding, shaped.detach(), shaped);
  });
}

function lookUp(weight: Tensor, numbers: Tensor): Tensor {
  try {
    return weight.indexSelect(0, numbers);
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    throw new IndexError('an index is not a row of the table', {
      op: 'embedding',
      got: error.got,
      expected: `a row from 0 to ${(weight.shape[0] ?? 0) - 1}`,
      cause: error,
    });
  }
}

function shrinkRows(weight: Tensor, looked: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const norms = vectorNorm(weight.detach(), normType, 1);
    const tooLong = logicalAnd(countsOf(looked, norms.size).gt(0), norms.gt(maxNorm));
    const factors = where(tooLong, norms.add(1e-7).reciprocal().mul(maxNorm), 1);
    weight.assign(weight.mul(factors.unsqueeze(1)));
  });
}

/** How often each of the first `rows` numbers occurs; int32 `[rows]`. */
function countsOf(numbers: Tensor, rows: number): Tensor {
  return scatterAdd(zeros([rows], { dtype: 'int32' }), 0, numbers, onesLike(numbers));
}
