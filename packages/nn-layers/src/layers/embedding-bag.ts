import { noGrad, Parameter, type Tensor, zeros } from '@evenkeel/tensor';
import { type EmbeddingBagLookupOptions, embeddingBag, type Offsets } from '../functional/embedding-bag.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';
import { drawTable, resolvePadding } from './embedding.ts';

/** `paddingIdx` is a row that starts at zero too; the rest as in the function `embeddingBag`. */
export type EmbeddingBagOptions = Omit<EmbeddingBagLookupOptions, 'perSampleWeights'>;

/**
 * The sum, mean (default) or maximum of the rows that each bag names; `torch.nn.EmbeddingBag`.
 *
 * `weight [numEmbeddings, embeddingDim]` starts as N(0, 1). Input int32 `[bags, n]`, or `[total]` with offsets; output
 * `[bags, embeddingDim]`. An empty bag gives zeros.
 *
 * ```ts
 * const bag = EmbeddingBag.fromPretrained(tensor([[1, 10], [2, 20], [4, 40]]), { mode: 'sum' });
 * const words = tensor([0, 1, 2], { dtype: 'int32' });
 * console.log(await bag.call(words, [0, 1]).tolist()); // prints [ [ 1, 10 ], [ 6, 60 ] ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive, and for a `paddingIdx` that is not a row
 * @throws IndexError at the call for a number outside the table; ShapeError when input, offsets and weights do not fit
 */
export class EmbeddingBag extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | undefined;
  private readonly lookup: EmbeddingBagOptions;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    super();
    checkSizes('EmbeddingBag', { numEmbeddings, embeddingDim });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = resolvePadding('EmbeddingBag', options.paddingIdx, numEmbeddings);
    this.lookup = { ...options, paddingIdx: this.paddingIdx };
    this.weight = new Parameter(zeros([numEmbeddings, embeddingDim]));
    this.resetParameters();
  }

  /** An EmbeddingBag on a table that exists, `[rows, features]`, not trained unless `freeze` is false. */
  static fromPretrained(weight: Tensor, options: EmbeddingBagOptions & { freeze?: boolean } = {}): EmbeddingBag {
    const { freeze = true, ...rest } = options;
    const [rows = 0, features = 0] = weight.shape;
    const made = new EmbeddingBag(rows, features, rest);
    noGrad(() => {
      made.weight.assign(weight);
    });
    made.weight.requiresGrad = !freeze;
    return made;
  }

  /** Draws the table anew. */
  resetParameters(): void {
    drawTable(this.weight, this.paddingIdx);
  }

  override forward(input: Tensor, offsets?: Offsets, { perSampleWeights }: { perSampleWeights?: Tensor } = {}): Tensor {
    return embeddingBag(input, this.weight, offsets, { ...this.lookup, perSampleWeights });
  }
}
