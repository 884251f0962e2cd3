import { pad, type Tensor } from '@evenkeel/tensor';

/**
 * What a causal model makes of the last of the tokens so far. Zeros are put behind them, which no position before sees, up to a multiple of
 * 8 or about a quarter of their length: kernels are made for one length, and a sequence that grows token by token would have new ones made
 * for each.
 *
 * @param tokens int32 `[N, T]`
 * @param limit the most positions that the model has
 * @param features maps tokens `[N, T]` to features `[N, T, E]`
 * @returns `[N, E]`
 */
export function atLast(tokens: Tensor, limit: number, features: (tokens: Tensor) => Tensor): Tensor {
  const [, length = 0] = tokens.shape;
  const step = Math.max(8, 2 ** Math.floor(Math.log2(length) - 2));
  const room = Math.min(Math.ceil(length / step) * step, limit);
  return features(pad(tokens, [0, Math.max(0, room - length)])).select(1, length - 1);
}
