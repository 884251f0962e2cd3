import { ConfigError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';
import { type RotaryLayout, rotaryAngles, rotaryEmbedding } from '../functional/rotary.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface RotaryEmbeddingOptions {
  /** How many positions there are angles for (default 2048). */
  maxLength?: number;
  /** Pair i turns by base^(−2i/dim) from one position to the next (default 10000). */
  base?: number;
  /** Which features turn together (default `half`). */
  layout?: RotaryLayout;
}

/**
 * Rotary position embedding of queries and keys `[..., T, features]`, see `rotaryEmbedding`; Su et al. 2021, RoFormer:
 * Enhanced Transformer with rotary position embedding. Has no parameters and nothing in the state dict; give it to
 * `MultiheadAttention` as `rotary`, or call it on heads.
 *
 * ```ts
 * const turned = new RotaryEmbedding(2).call(tensor([[1, 0], [1, 0]]), { offset: 7 });
 * // Positions 7 and 8 are one radian apart, as any neighbors are: cos 1.
 * console.log((await dot(turned.select(0, 0), turned.select(0, 1)).item()).toFixed(4)); // prints 0.5403
 * ```
 *
 * @throws ConfigError for sizes that are not positive, or an odd number of features
 */
export class RotaryEmbedding extends Module {
  readonly dim: number;
  readonly maxLength: number;
  readonly layout: RotaryLayout;
  declare cos: Tensor;
  declare sin: Tensor;

  /** @param dim how many features turn: all of a head's, or the first of them */
  constructor(dim: number, options: RotaryEmbeddingOptions = {}) {
    super();
    this.dim = dim;
    this.maxLength = options.maxLength ?? 2048;
    this.layout = options.layout ?? 'half';
    checkSizes('RotaryEmbedding', { dim, maxLength: this.maxLength });
    if (dim % 2 !== 0) {
      throw new ConfigError('features turn in pairs', {
        doing: 'making a RotaryEmbedding',
        got: `dim = ${dim}`,
        expected: 'an even number',
      });
    }
    const { cos, sin } = rotaryAngles(this.maxLength, dim, options);
    this.registerBuffer('cos', cos, { persistent: false });
    this.registerBuffer('sin', sin, { persistent: false });
  }

  /**
   * @param input `[..., T, features]`
   * @param options.offset position of the first row (default 0), for decoding that goes on
   * @param options.positions int32 `[T]` or `[N, 1, T]`: the rows' own positions, instead of one after the other
   * @throws ConfigError when there are no angles for a position; positions in a tensor are checked when they are read
   */
  override forward(input: Tensor, options: { offset?: number; positions?: Tensor } = {}): Tensor {
    const { offset = 0, positions } = options;
    const length = input.shape.at(-2) ?? 0;
    if (!positions && (offset < 0 || offset + length > this.maxLength)) {
      throw new ConfigError('there are no angles for these positions', {
        op: 'RotaryEmbedding',
        got: `positions ${offset} to ${offset + length - 1}`,
        expected: `0 to ${this.maxLength - 1}`,
        remedy: 'give a larger maxLength',
      });
    }
    return scope(() => {
      const rows = (table: Tensor): Tensor =>
        positions
          ? table.indexSelect(0, positions.flatten()).reshape([...positions.shape, -1])
          : table.narrow(0, offset, length);
      return rotaryEmbedding(input, rows(this.cos).to(input.dtype), rows(this.sin).to(input.dtype), this.layout);
    });
  }
}
