import { ConfigError, ShapeError } from '@evenkeel/errors';
import { arange, fusedAttention, inFloat32, logicalNot, logicalOr, ones, scope, type Tensor } from '@evenkeel/tensor';
import { dropout } from './dropout.ts';

export interface ScaledDotProductAttentionOptions {
  /** Broadcasts to `[..., L, S]`. Bool: true where a query may attend. Float: is added to the scores. */
  attnMask?: Tensor;
  /** Probability of a weight to be dropped (default 0); applied whenever it is over 0. */
  dropoutP?: number;
  /** Query i sees keys j ≤ i only (default false); not together with `attnMask`. */
  isCausal?: boolean;
  /** Factor on the scores (default 1/√E). */
  scale?: number;
  /** Lets fewer key and value heads serve several query heads each (default false); heads are dimension −3. */
  enableGqa?: boolean;
}

/**
 * softmax(Q Kᵀ · scale + mask) V; `torch.nn.functional.scaled_dot_product_attention`.
 *
 * A query that may attend to nothing gives zeros, and no gradient, as in PyTorch since 2.5.
 * Vaswani et al. 2017, Attention is all you need.
 *
 * @param query `[..., L, E]`
 * @param key `[..., S, E]`
 * @param value `[..., S, Ev]`
 * @returns `[..., L, Ev]`
 * @throws ShapeError when the three do not fit together
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: ScaledDotProductAttentionOptions = {},
): Tensor {
  const { attnMask, dropoutP = 0, isCausal = false, scale, enableGqa = false } = options;
  if (attnMask && isCausal) {
    throw new ConfigError('a mask and isCausal exclude each other', {
      op: 'scaledDotProductAttention',
      remedy: 'give one of them; a causal mask with more in it goes into attnMask',
    });
  }
  return scope(() => {
    const repeats = enableGqa ? headsPerKey(query, key) : 1;
    const masks: AttentionMasks = isCausal ? { causal: true } : {};
    if (attnMask?.dtype === 'bool') masks.blocked = logicalNot(attnMask);
    else if (attnMask) masks.bias = attnMask;
    return attend(query, repeatHeads(key, repeats), repeatHeads(value, repeats), masks, { dropoutP, scale });
  });
}

/** What keeps queries from keys; each broadcasts to the scores `[..., L, S]`. */
export interface AttentionMasks {
  /** Bool, true where a query must not attend. */
  blocked?: Tensor;
  /** Float, added to the scores; −∞ blocks. */
  bias?: Tensor;
  /** Query i sees keys j ≤ i only. Never leaves a query without any key. */
  causal?: boolean;
}

export interface AttendOptions {
  dropoutP?: number;
  scale?: number | undefined;
}

/** The weighted values of one attention, heads and batch in front: in one kernel where the backend has it. */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  masks: AttentionMasks,
  options: AttendOptions = {},
): Tensor {
  checkShapes(query, key, value);
  const { dropoutP = 0, scale = defaultScale(query) } = options;
  return scope(() => {
    const { bias, blocked, causal = false } = masks;
    const fused = fusedAttention(query, key, value, {
      ...{ scale, causal },
      bias: bias?.clamp({ min: lowest }),
      seen: blocked && logicalNot(blocked),
      factor: dropoutP > 0 ? (shape) => dropout(ones(shape, { dtype: query.dtype }), { p: dropoutP }) : undefined,
    });
    return fused ?? attendWithWeights(query, key, value, masks, options).output;
  });
}

/** The weighted values and the weights (after dropout) of one attention, heads and batch in front. */
export function attendWithWeights(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  masks: AttentionMasks,
  options: AttendOptions = {},
): { output: Tensor; weights: Tensor } {
  checkShapes(query, key, value);
  const { dropoutP = 0, scale = defaultScale(query) } = options;
  return scope(() => {
    let blocked = masks.blocked;
    if (masks.bias) {
      const infinite = masks.bias.le(lowest);
      blocked = blocked ? logicalOr(blocked, infinite) : infinite;
    }
    const later = masks.causal ? causalMask(query.shape.at(-2) ?? 0, key.shape.at(-2) ?? 0) : undefined;
    const unseen = blocked && later ? logicalOr(blocked, later) : (blocked ?? later);
    const products = query.mul(scale).matmul(key.transpose(-2, -1));
    let weights = inFloat32(products, (float) => {
      let scores = masks.bias ? float.add(masks.bias.clamp({ min: lowest })) : float;
      // A low number instead of −∞: exp of it is 0 just as well, and a row of nothing else is no NaN.
      if (unseen) scores = scores.maskedFill(unseen, lowest);
      // No keys at all: nothing to weigh, and the weighted sum of nothing is zero.
      const spread = scores.size === 0 ? scores : scores.softmax(-1);
      // Changes only rows in which everything is blocked: from evenly spread to zero.
      return blocked && unseen ? spread.maskedFill(unseen, 0) : spread;
    });
    weights = dropout(weights, { p: dropoutP });
    return { output: weights.matmul(value), weights };
  });
}

const lowest = -1e30;

/**
 * The mask that keeps a position from the ones after it: bool `[queries, keys]`, true where query i must not see key
 * j, that is j > i; what `MultiheadAttention` and the Transformer take as `attnMask`.
 */
export function causalMask(queries: number, keys: number = queries): Tensor {
  return scope(() => arange(keys).gt(arange(queries).unsqueeze(1)));
}

function defaultScale({ shape }: Tensor): number {
  return 1 / Math.sqrt(shape.at(-1) ?? 1);
}

function headsPerKey(query: Tensor, key: Tensor): number {
  const queryHeads = query.shape.at(-3) ?? 1;
  const keyHeads = key.shape.at(-3) ?? 1;
  if (queryHeads % keyHeads === 0) return queryHeads / keyHeads;
  throw new ShapeError('the query heads are no multiple of the key heads', {
    op: 'scaledDotProductAttention',
    shapes: [query.shape, key.shape],
  });
}

/** Lets each head serve `repeats` queries: `[..., H, S, E]` becomes `[..., H · repeats, S, E]`. */
export function repeatHeads(heads: Tensor, repeats: number): Tensor {
  if (repeats === 1) return heads;
  const batch = heads.shape.slice(0, -3);
  const [count = 1, length = 1, features = 1] = heads.shape.slice(-3);
  return heads
    .unsqueeze(-3)
    .expand([...batch, count, repeats, length, features])
    .reshape([...batch, count * repeats, length, features]);
}

function checkShapes(query: Tensor, key: Tensor, value: Tensor): void {
  const fits =
    query.ndim >= 2 &&
    key.ndim >= 2 &&
    value.ndim >= 2 &&
    query.shape.at(-1) === key.shape.at(-1) &&
    key.shape.at(-2) === value.shape.at(-2);
  if (fits) return;
  const show = (tensor: Tensor): string => `[${tensor.shape.join(', ')}]`;
  throw new ShapeError('query, key and value do not fit together', {
    op: 'attention',
    got: `query ${show(query)}, key ${show(key)}, value ${show(value)}`,
    expected: 'query [..., L, E], key [..., S, E], value [..., S, Ev]',
  });
}
