import { ConfigError, ShapeError } from '@evenkeel/errors';
import { cat, chunk, hostGuard, logicalOr, Parameter, pad, scope, split, type Tensor, zeros } from '@evenkeel/tensor';
import { type AttentionMasks, attend, attendWithWeights, causalMask, repeatHeads } from '../functional/attention.ts';
import { linear } from '../functional/linear.ts';
import { zeros_ } from '../init/constant.ts';
import { xavierNormal_, xavierUniform_ } from '../init/scaled.ts';
import { Module } from '../module/module.ts';
import { checkProbability, checkSizes } from '../module/size-check.ts';
import { Linear } from './linear.ts';
import type { RotaryEmbedding } from './rotary-embedding.ts';

export interface MultiheadAttentionOptions {
  /** Probability of an attention weight to be dropped in training (default 0). */
  dropout?: number;
  /** Whether the projections have biases (default true). */
  bias?: boolean;
  /** Adds one learned key and value to every sequence (default false). */
  addBiasKv?: boolean;
  /** Adds one key and value of zeros to every sequence (default false). */
  addZeroAttn?: boolean;
  /** Features of the keys (default `embedDim`). */
  kdim?: number;
  /** Features of the values (default `embedDim`). */
  vdim?: number;
  /** Inputs and output are `[batch, length, features]` instead of `[length, batch, features]` (default false). */
  batchFirst?: boolean;
  /** Heads of keys and values, each shared by several query heads (default `numHeads`). Ainslie et al. 2023, GQA. */
  numKvHeads?: number;
  /** Turns queries and keys by their positions, on the features of a head; not with `addBiasKv` or `addZeroAttn`. */
  rotary?: RotaryEmbedding;
}

export interface AttentionInputs {
  /** `[batch, S]`, bool: true where a key is padding and is left out; or float, added to the scores. */
  keyPaddingMask?: Tensor;
  /** Whether the weights are returned too (default true). */
  needWeights?: boolean;
  /** `[L, S]` or `[batch · heads, L, S]`, bool: true where a query must NOT attend; or float, added to the scores. */
  attnMask?: Tensor;
  /** Whether the returned weights are the mean over the heads (default true). */
  averageAttnWeights?: boolean;
  /** Query i sees keys j ≤ i only (default false). Needs no `attnMask`, unlike PyTorch; with one it is a mere hint. */
  isCausal?: boolean;
}

/**
 * Attention of several heads, softmax(Q Kᵀ / √(E / heads)) V for each on its own projection of the features, joined by
 * `out_proj`; `torch.nn.MultiheadAttention`.
 *
 * Query `[L, N, E]`, key and value `[S, N, E]`, output `[L, N, E]` and weights `[N, L, S]`; with `batchFirst` N comes
 * first. Parameters have PyTorch's names: `in_proj_weight [3E, E]` (query, key, value in this order), or
 * `q_proj_weight`, `k_proj_weight`, `v_proj_weight` where `kdim` or `vdim` differ; `in_proj_bias [3E]`; `out_proj`. The
 * input projections start Xavier-uniform with zero biases. With `numKvHeads` the rows for keys and values are fewer, K
 * = E · numKvHeads / numHeads each: `in_proj_weight [E + 2K, E]`. A query that may attend to nothing gives zeros before
 * the output projection. Vaswani et al. 2017, Attention is all you need.
 *
 * ```ts
 * const attention = new MultiheadAttention(4, 2, { batchFirst: true });
 * const x = ones([1, 2, 4]); // two tokens that are alike, so that none is preferred
 * const [output, weights] = attention.call(x, x, x, { isCausal: true });
 * console.log(output.shape, await weights?.tolist()); // prints [ 1, 2, 4 ] [ [ [ 1, 0 ], [ 0.5, 0.5 ] ] ]
 * ```
 *
 * @throws ConfigError unless `numHeads` divides `embedDim` and `numKvHeads` divides `numHeads`
 * @throws ShapeError at the call when query, key and value do not fit
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly batchFirst: boolean;
  dropout: number;
  readonly addZeroAttn: boolean;
  /** Features of all key heads together. */
  private readonly kvDim: number;
  readonly rotary: RotaryEmbedding | undefined;
  q_proj_weight: Parameter | undefined;
  k_proj_weight: Parameter | undefined;
  v_proj_weight: Parameter | undefined;
  in_proj_weight: Parameter | undefined;
  in_proj_bias: Parameter | undefined;
  out_proj: Linear;
  bias_k: Parameter | undefined;
  bias_v: Parameter | undefined;

  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    const { dropout = 0, bias = true, kdim = embedDim, vdim = embedDim, numKvHeads = numHeads, rotary } = options;
    checkSizes('MultiheadAttention', { embedDim, numHeads, kdim, vdim, numKvHeads });
    checkProbability('MultiheadAttention', dropout);
    if (embedDim % numHeads !== 0 || numHeads % numKvHeads !== 0) {
      throw new ConfigError('the number of heads does not divide the features, or that of key heads the heads', {
        doing: 'making a MultiheadAttention',
        got: `embedDim ${embedDim}, numHeads ${numHeads}, numKvHeads ${numKvHeads}`,
      });
    }
    if (rotary && (options.addBiasKv || options.addZeroAttn)) {
      throw new ConfigError('keys that are added to every sequence have no position to turn by', {
        doing: 'making a MultiheadAttention',
        got: 'rotary with addBiasKv or addZeroAttn',
      });
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.numKvHeads = numKvHeads;
    const kvDim = (embedDim / numHeads) * numKvHeads;
    this.kvDim = kvDim;
    this.rotary = rotary;
    this.batchFirst = options.batchFirst ?? false;
    this.dropout = dropout;
    this.addZeroAttn = options.addZeroAttn ?? false;
    if (kdim === embedDim && vdim === embedDim) {
      this.in_proj_weight = new Parameter(zeros([embedDim + 2 * kvDim, embedDim]));
    } else {
      this.q_proj_weight = new Parameter(zeros([embedDim, embedDim]));
      this.k_proj_weight = new Parameter(zeros([kvDim, kdim]));
      this.v_proj_weight = new Parameter(zeros([kvDim, vdim]));
    }
    if (bias) this.in_proj_bias = new Parameter(zeros([embedDim + 2 * kvDim]));
    this.out_proj = new Linear(embedDim, embedDim, { bias });
    if (options.addBiasKv) {
      this.bias_k = new Parameter(zeros([1, 1, kvDim]));
      this.bias_v = new Parameter(zeros([1, 1, kvDim]));
    }
    this.resetParameters();
  }

  /** Draws the projections anew. */
  resetParameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight) xavierUniform_(weight);
    }
    for (const bias of [this.in_proj_bias, this.out_proj.bias]) if (bias) zeros_(bias);
    for (const bias of [this.bias_k, this.bias_v]) if (bias) xavierNormal_(bias);
  }

  /**
   * @param query `[L, N, E]`, `[N, L, E]` with `batchFirst`, or `[L, E]` without a batch
   * @param key `[S, N, kdim]`, like the query
   * @param value `[S, N, vdim]`, like the query
   * @returns the output, shaped as the query, and the weights `[N, L, S]`, or `[N, heads, L, S]` if not averaged
   */
  override forward(query: Tensor, key: Tensor, value: Tensor, inputs: AttentionInputs = {}): [Tensor, Tensor?] {
    const { needWeights = true, averageAttnWeights = true } = inputs;
    this.checkInputs(query, key, value);
    const results = scope((): Tensor[] => {
      const batched = query.ndim === 3;
      const dim = this.batchFirst ? 0 : 1;
      const withBatch = (tensor: Tensor): Tensor => (batched ? tensor : tensor.unsqueeze(dim));
      const batchSize = batched ? (query.shape[dim] ?? 1) : 1;
      let [queries, keys, values] = this.project(query, key, value).map(withBatch) as [Tensor, Tensor, Tensor];
      [keys, values] = this.extend(keys, values, batchSize);
      const masks = this.masks(inputs, batchSize, queries.shape[1 - dim] ?? 0, keys.shape[1 - dim] ?? 0);
      const turn = (heads: Tensor): Tensor => this.rotary?.call(heads) ?? heads;
      const share = (heads: Tensor): Tensor => repeatHeads(heads, this.numHeads / this.numKvHeads);
      const heads = [
        turn(this.split(queries, this.numHeads)),
        share(turn(this.split(keys, this.numKvHeads))),
        share(this.split(values, this.numKvHeads)),
      ] as const;
      const options = { dropoutP: this.training ? hostGuard(() => this.dropout) : 0 };
      const { output, weights } = needWeights
        ? attendWithWeights(...heads, masks, options)
        : { output: attend(...heads, masks, options) };
      const projected = this.out_proj.call(this.join(output));
      const attended = batched ? projected : projected.squeeze(dim);
      if (!weights) return [attended];
      const shown = averageAttnWeights ? weights.mean(1) : weights;
      return [attended, batched ? shown : shown.squeeze(0)];
    });
    return results as [Tensor, Tensor?];
  }

  /** The three input projections, in as few matrix products as the inputs allow. */
  private project(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    const { embedDim, kvDim, in_proj_weight: weight, in_proj_bias: bias } = this;
    const sizes = [embedDim, kvDim, kvDim];
    if (weight && query === key && key === value) return split(linear(query, weight, bias), sizes, -1);
    if (weight && key === value) {
      const both = linear(key, weight.narrow(0, embedDim, 2 * kvDim), bias?.narrow(0, embedDim, 2 * kvDim));
      return [linear(query, weight.narrow(0, 0, embedDim), bias?.narrow(0, 0, embedDim)), ...chunk(both, 2, -1)];
    }
    const separate = (weight && split(weight, sizes, 0)) ?? [
      this.q_proj_weight,
      this.k_proj_weight,
      this.v_proj_weight,
    ];
    const biases = bias && split(bias, sizes, 0);
    return [query, key, value].map((input, index) => linear(input, separate[index] as Tensor, biases?.[index]));
  }

  /** Appends the learned and the zero key and value where the options ask for them. */
  private extend(keys: Tensor, values: Tensor, batchSize: number): [Tensor, Tensor] {
    const length = this.batchFirst ? 1 : 0;
    const shape = this.batchFirst ? [batchSize, 1, this.kvDim] : [1, batchSize, this.kvDim];
    let extended: [Tensor, Tensor] = [keys, values];
    if (this.bias_k && this.bias_v) {
      extended = [
        cat([extended[0], this.bias_k.expand(shape)], length),
        cat([extended[1], this.bias_v.expand(shape)], length),
      ];
    }
    if (this.addZeroAttn) {
      const zero = zeros(shape, { dtype: keys.dtype });
      extended = [cat([extended[0], zero], length), cat([extended[1], zero], length)];
    }
    return extended;
  }

  /** The masks as one bool and one float tensor that broadcast to `[N, heads, L, S]`. */
  private masks(inputs: AttentionInputs, batchSize: number, queryLength: number, keyLength: number): AttentionMasks {
    const { keyPaddingMask, isCausal = false } = inputs;
    // The appended keys are for every query, so the mask has to end before them.
    const extended = (this.bias_k ? 1 : 0) + (this.addZeroAttn ? 1 : 0);
    const spelledOut = isCausal && extended > 0 ? causalMask(queryLength, keyLength - extended) : undefined;
    const attnMask = inputs.attnMask ?? spelledOut;
    const masks: AttentionMasks = { causal: isCausal && !attnMask };
    const merge = (mask: Tensor): void => {
      const missing = keyLength - (mask.shape.at(-1) ?? 0);
      const whole = missing > 0 ? pad(mask, [0, missing], { value: 0 }) : mask;
      if (whole.dtype === 'bool') masks.blocked = masks.blocked ? logicalOr(masks.blocked, whole) : whole;
      else masks.bias = masks.bias ? masks.bias.add(whole) : whole;
    };
    if (attnMask) {
      const [first = 1, ...rest] = attnMask.shape;
      merge(attnMask.ndim === 3 ? attnMask.reshape([batchSize, first / batchSize, ...rest]) : attnMask);
    }
    if (keyPaddingMask) merge(keyPaddingMask.reshape([batchSize, 1, 1, -1]));
    return masks;
  }

  /** `[N, L, E]` or `[L, N, E]` to `[N, heads, L, E / heads]`. */
  private split(projected: Tensor, heads: number): Tensor {
    const [first = 0, second = 0] = projected.shape;
    return projected
      .reshape([first, second, heads, this.embedDim / this.numHeads])
      .permute(this.batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);
  }

  /** The inverse of `split`. */
  private join(heads: Tensor): Tensor {
    const [batch = 0, , length = 0] = heads.shape;
    return heads
      .permute(this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3])
      .reshape(this.batchFirst ? [batch, length, this.embedDim] : [length, batch, this.embedDim]);
  }

  private checkInputs(query: Tensor, key: Tensor, value: Tensor): void {
    const inputs = { query, key, value };
    const order = this.batchFirst ? '[N, L, E]' : '[L, N, E]';
    const sameRank = (query.ndim === 2 || query.ndim === 3) && key.ndim === query.ndim && value.ndim === query.ndim;
    const batch = this.batchFirst ? 0 : 1;
    const sameBatch =
      query.ndim === 2 || (query.shape[batch] === key.shape[batch] && key.shape[batch] === value.shape[batch]);
    if (sameRank && sameBatch && query.shape.at(-1) === this.embedDim) return;
    throw new ShapeError('query, key and value do not fit the attention', {
      op: 'MultiheadAttention',
      got: Object.entries(inputs)
        .map(([name, { shape }]) => `${name} [${shape.join(', ')}]`)
        .join(', '),
      expected: `${order} with the same N in all three and E = ${this.embedDim} in the query, or no N at all`,
    });
  }
}
