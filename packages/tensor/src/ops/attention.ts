import type { Shape } from '@evenkeel/backend';
import { attention as attentionPrimitive } from '@evenkeel/compiler/primitives';
import { isAutocastEnabled } from '../autograd/mode.ts';
import * as ops from '../autograd/operations.ts';
import { applyPrimitive } from '../engine/apply.ts';
import { currentBackend } from '../engine/device.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, broadcastTo } from './broadcast.ts';
import { transpose } from './shape.ts';

export interface FusedAttentionOptions {
  /** Factor on the scores. */
  readonly scale: number;
  /** Row i sees columns up to i only (default false). */
  readonly causal?: boolean;
  /** Float, broadcasts to `[..., L, S]`, taken in the query's dtype: added to the scores; below -1e29 a weight is 0. */
  readonly bias?: Tensor | undefined;
  /** Bool, broadcasts to `[..., L, S]`: false where a weight is 0. */
  readonly seen?: Tensor | undefined;
  /** Makes what the weights are multiplied by, float, in the shape of the scores `[..., L, S]`. */
  readonly factor?: ((shape: Shape) => Tensor) | undefined;
}

/**
 * Attention as one kernel that never has the weights in memory, or undefined where the backend has none, the kernel would bind more than
 * it may, or there is nothing to compute.
 *
 * @param query `[..., L, E]`
 * @param key `[..., S, E]`
 * @param value `[..., S, Ev]`; leading dimensions broadcast
 * @returns `[..., L, Ev]`; a row in which nothing is seen gives zeros
 */
export function fusedAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { scale, causal = false, bias, seen, factor }: FusedAttentionOptions,
): Tensor | undefined {
  const dtype = isAutocastEnabled() && query.dtype === 'float32' ? 'float16' : query.dtype;
  const { routines, bindings } = currentBackend().limits;
  const masks = [bias, seen].flatMap((mask) => mask ?? []);
  const given = { bias, seen, factor };
  const extras = (['bias', 'seen', 'factor'] as const).filter((name) => given[name]);
  const isThere = routines.includes('attention') && routines.includes('attentionGradient');
  // The derivative binds what attention does, what it gave, the cotangent of that, and its own result.
  const fits = isThere && 3 + extras.length + 3 <= bindings;
  const isMixed = [key, value].some((x) => x.dtype !== query.dtype) && !isAutocastEnabled();
  if (!fits || isMixed || [query, key, value].some(({ size }) => size === 0)) return undefined;
  return scope(() => {
    const [rows, columns] = [query.shape.at(-2) as number, key.shape.at(-2) as number];
    const leading = (tensors: readonly Tensor[]) =>
      broadcastShapes('attention', ...tensors.map(({ shape }) => shape.slice(0, -2)));
    const drawn = factor?.([...leading([query, key, ...masks]), rows, columns]) ?? [];
    const lead = leading([query, key, value, ...masks]);
    const inputs = [query, key, value, ...masks]
      .concat(drawn)
      .map((x) => (x.dtype === 'bool' ? x : ops.cast(x, dtype)))
      .map((x, i) => broadcastTo(x, [...lead, ...(i < 3 ? x.shape.slice(-2) : [rows, columns])]));
    const rank = lead.length + 2;
    // Heads side by side in memory, as the layers around want them.
    const headsInside = rank > 3;
    const output = applyPrimitive(attentionPrimitive, inputs, { scale, causal, extras, headsInside });
    return headsInside ? transpose(output, -3, -2) : output;
  });
}
