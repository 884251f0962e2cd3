import { ShapeError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';
import { positionalEncoding } from '../functional/positions.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';
import { Dropout } from './dropout.ts';

export interface PositionalEncodingOptions {
  /** Dropout after the sum (default 0.1). */
  dropout?: number;
  /** Number of positions in the table (default 5000). */
  maxLength?: number;
  /** Inputs are `[batch, length, features]` instead of `[length, batch, features]` (default false). */
  batchFirst?: boolean;
}

/**
 * Adds the sinusoidal table of positions to its input, sin(p / 10000^(2i/dModel)) to feature 2i of position p and the
 * cosine to feature 2i + 1; Vaswani et al. 2017, Attention is all you need, section 3.5.
 *
 * Input and output `[length, batch, dModel]`, `[batch, length, dModel]` with `batchFirst`, or `[length, dModel]`.
 * The table is the buffer `pe [maxLength, dModel]`; it is computed, so it is no part of the state dict.
 *
 * ```ts
 * // At position 0 each pair of features gets sin 0 and cos 0.
 * const encoding = new PositionalEncoding(4, { dropout: 0 });
 * console.log(await encoding.call(tensor([[10, 10, 10, 10]])).tolist()); // prints [ [ 10, 11, 10, 11 ] ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive, or a probability outside [0, 1]
 * @throws ShapeError at the call for other features, or a sequence longer than the table
 */
export class PositionalEncoding extends Module {
  readonly batchFirst: boolean;
  /** Number of positions in the table. */
  readonly maxLength: number;
  dropout: Dropout;
  declare pe: Tensor;

  constructor(dModel: number, options: PositionalEncodingOptions = {}) {
    super();
    const { dropout = 0.1, maxLength = 5000, batchFirst = false } = options;
    checkSizes('PositionalEncoding', { dModel, maxLength });
    this.batchFirst = batchFirst;
    this.maxLength = maxLength;
    this.dropout = new Dropout(dropout);
    this.registerBuffer('pe', positionalEncoding(maxLength, dModel), { persistent: false });
  }

  override forward(input: Tensor): Tensor {
    const { maxLength } = this;
    const [, dModel] = this.pe.shape;
    const length = input.shape.at(this.batchFirst ? -2 : 0) ?? 0;
    if (length > maxLength || input.shape.at(-1) !== dModel || input.ndim < 2) {
      throw new ShapeError('the input does not fit the table of positions', {
        op: 'PositionalEncoding',
        got: `input [${input.shape.join(', ')}]`,
        expected: `length at most ${maxLength}, features ${dModel}`,
        remedy: length > maxLength ? 'make it with a larger maxLength' : undefined,
      });
    }
    return scope(() => {
      const positions = this.pe.narrow(0, 0, length);
      const perBatch = this.batchFirst || input.ndim === 2;
      return this.dropout.call(input.add(perBatch ? positions : positions.unsqueeze(1)));
    });
  }
}
