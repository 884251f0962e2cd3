import { ConfigError } from '@evenkeel/errors';
import { arange, noGrad, Parameter, type Tensor, zeros } from '@evenkeel/tensor';
import { type EmbeddingLookupOptions, embedding } from '../functional/embedding.ts';
import { fill } from '../init/constant.ts';
import { normal_ } from '../init/random.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

/** `paddingIdx` is a row that starts at zero too; the rest as in the function `embedding`. */
export type EmbeddingOptions = EmbeddingLookupOptions;

/**
 * A table of vectors, looked up by number; `torch.nn.Embedding`.
 *
 * `weight [numEmbeddings, embeddingDim]` starts as N(0, 1), its row `paddingIdx` (default: none) as zeros. Input int32
 * `[...]`, output `[..., embeddingDim]`. With `maxNorm` (default: none), rows that are looked up are first shrunk to
 * that norm.
 *
 * ```ts
 * const embedding = Embedding.fromPretrained(tensor([[1, 2], [3, 4], [5, 6]]));
 * console.log(await embedding.call(tensor([2, 0], { dtype: 'int32' })).tolist()); // prints [ [ 5, 6 ], [ 1, 2 ] ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive, and for a `paddingIdx` that is not a row
 * @throws IndexError at the call for a number outside the table
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | undefined;
  readonly maxNorm: number | undefined;
  readonly normType: number | undefined;
  readonly scaleGradByFreq: boolean;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkSizes('Embedding', { numEmbeddings, embeddingDim });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = resolvePadding('Embedding', options.paddingIdx, numEmbeddings);
    this.maxNorm = options.maxNorm;
    this.normType = options.normType;
    this.scaleGradByFreq = options.scaleGradByFreq ?? false;
    this.weight = new Parameter(zeros([numEmbeddings, embeddingDim]));
    this.resetParameters();
  }

  /** An Embedding on a table that exists, `[rows, features]`, not trained unless `freeze` is false. */
  static fromPretrained(weight: Tensor, options: EmbeddingOptions & { freeze?: boolean } = {}): Embedding {
    const [rows = 0, features = 0] = weight.shape;
    const made = new Embedding(rows, features, options);
    noGrad(() => {
      made.weight.assign(weight);
    });
    made.weight.requiresGrad = options.freeze === false;
    return made;
  }

  /** Draws the table anew. */
  resetParameters(): void {
    drawTable(this.weight, this.paddingIdx);
  }

  override forward(input: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }
}

/** N(0, 1), and zeros in the row of the padding. */
export function drawTable(weight: Parameter, paddingIdx: number | undefined): void {
  normal_(weight);
  if (paddingIdx === undefined) return;
  const rows = weight.shape[0] ?? 0;
  fill(weight, () => weight.maskedFill(arange(rows).eq(paddingIdx).unsqueeze(1), 0));
}

/** The row as a number from 0, or an error that names the layer. */
export function resolvePadding(layer: string, paddingIdx: number | undefined, rows: number): number | undefined {
  if (paddingIdx === undefined) return undefined;
  const row = paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  if (Number.isInteger(row) && row >= 0 && row < rows) return row;
  throw new ConfigError('paddingIdx is not a row of the table', {
    doing: `making an ${layer}`,
    got: `paddingIdx = ${paddingIdx}`,
    expected: `an integer from ${-rows} to ${rows - 1}`,
  });
}
