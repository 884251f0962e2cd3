import { ShapeError } from '@evenkeel/errors';
import { cat, chunk, getDefaultDtype, scope, stack, type Tensor, tensor, unbind, unflatten } from '@evenkeel/tensor';

/** Which features turn together: `half` i and i + dim/2 (GPT-NeoX, Llama), `interleaved` 2i and 2i + 1 (the paper, GPT-J). */
export type RotaryLayout = 'half' | 'interleaved';

/**
 * cos and sin of position · base^(−2i/dim) for each position and pair of features; each `[length, dim / 2]`.
 *
 * @param options.base default 10000
 */
export function rotaryAngles(
  length: number,
  dim: number,
  options: { base?: number } = {},
): { cos: Tensor; sin: Tensor } {
  const { base = 10000 } = options;
  const pairs = dim / 2;
  // On the host in float64: an angle of thousands has no good sine in float32.
  const angles = Float64Array.from({ length: length * pairs }, (_, index) => {
    return Math.floor(index / pairs) / base ** ((2 * (index % pairs)) / dim);
  });
  const made = { shape: [length, pairs], dtype: getDefaultDtype() };
  return { cos: tensor(angles.map(Math.cos), made), sin: tensor(angles.map(Math.sin), made) };
}

/**
 * Turns pairs of features by the angles of their positions, so that the product of two vectors depends on how far apart
 * they stand and not on where; Su et al. 2021, RoFormer.
 *
 * The first 2P features turn, (a, b) becoming (a cos − b sin, b cos + a sin); the others stay.
 *
 * @param input `[..., T, features]`
 * @param cos `[T, P]`, or anything that broadcasts to `[..., T, P]`; like `sin`
 * @param layout default `half`
 * @throws ShapeError when the angles do not fit the input
 */
export function rotaryEmbedding(input: Tensor, cos: Tensor, sin: Tensor, layout: RotaryLayout = 'half'): Tensor {
  const pairs = cos.shape.at(-1) ?? 0;
  const features = input.shape.at(-1) ?? 0;
  if (input.ndim < 2 || 2 * pairs > features || cos.shape.at(-2) !== input.shape.at(-2)) {
    throw new ShapeError('the angles do not fit the input', {
      op: 'rotaryEmbedding',
      got: `input [${input.shape.join(', ')}], angles [${cos.shape.join(', ')}]`,
      expected: 'input [..., T, features] and angles [T, pairs], two features for each pair',
    });
  }
  return scope(() => {
    const turning = input.narrow(-1, 0, 2 * pairs);
    const turned = layout === 'interleaved' ? turnNeighbors(turning, cos, sin) : turnHalves(turning, cos, sin);
    const rest = features - 2 * pairs;
    return rest === 0 ? turned : cat([turned, input.narrow(-1, 2 * pairs, rest)], -1);
  });
}

function turnHalves(input: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [a, b] = chunk(input, 2, -1) as [Tensor, Tensor];
  return cat([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1);
}

function turnNeighbors(input: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [a, b] = unbind(unflatten(input, -1, [-1, 2]), -1) as [Tensor, Tensor];
  return stack([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1).flatten(-2);
}
