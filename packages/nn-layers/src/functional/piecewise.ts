import { logicalAnd, scope, type Tensor, where } from '@evenkeel/tensor';

// Each says what happens at the kinks, because the gradient there is a choice; it is PyTorch's.

/**
 * x limited to [minVal, maxVal]; gradient 0 at the limits (unlike `clamp`).
 *
 * @param options.minVal default −1
 * @param options.maxVal default 1
 */
export function hardtanh(input: Tensor, options: { minVal?: number; maxVal?: number } = {}): Tensor {
  const { minVal = -1, maxVal = 1 } = options;
  return scope(() => {
    const inside = logicalAnd(input.gt(minVal), input.lt(maxVal));
    return where(inside, input, input.detach().clamp({ min: minVal, max: maxVal }));
  });
}

/** x limited to [0, 6]. */
export function relu6(input: Tensor): Tensor {
  return hardtanh(input, { minVal: 0, maxVal: 6 });
}

/** relu6(x + 3) / 6. */
export function hardsigmoid(input: Tensor): Tensor {
  return scope(() => relu6(input.add(3)).mul(1 / 6));
}

/** x · relu6(x + 3) / 6; Howard et al. 2019, Searching for MobileNetV3. */
export function hardswish(input: Tensor): Tensor {
  return scope(() => input.mul(hardsigmoid(input)));
}

/** x − lambd above lambd, x + lambd below −lambd, 0 between (default lambd 0.5). */
export function softshrink(input: Tensor, options: { lambd?: number } = {}): Tensor {
  const { lambd = 0.5 } = options;
  return scope(() => input.sub(input.clamp({ min: -lambd, max: lambd })));
}

/** x where |x| > lambd, else 0 (default lambd 0.5). */
export function hardshrink(input: Tensor, options: { lambd?: number } = {}): Tensor {
  const { lambd = 0.5 } = options;
  return scope(() => where(input.abs().gt(lambd), input, 0));
}

/** x where x > limit, else `value`. */
export function threshold(input: Tensor, limit: number, value: number): Tensor {
  return scope(() => where(input.gt(limit), input, value));
}
