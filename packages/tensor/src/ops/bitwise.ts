import { DTypeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { tensor } from '../creation.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { combine } from './broadcast.ts';

/** The bits that both have. Of integers; of bools the logical function, here and below. */
export function bitwiseAnd(a: TensorLike, b: TensorLike): Tensor {
  return onBits('bitwiseAnd', a, b, ops.and);
}

/** The bits that at least one has. */
export function bitwiseOr(a: TensorLike, b: TensorLike): Tensor {
  return onBits('bitwiseOr', a, b, ops.or);
}

/** The bits that exactly one has. */
export function bitwiseXor(a: TensorLike, b: TensorLike): Tensor {
  return onBits('bitwiseXor', a, b, ops.xor);
}

/** Every bit turned. */
export function bitwiseNot(x: Tensor): Tensor {
  expectBits('bitwiseNot', x);
  return ops.not(x);
}

/** The bits moved up by b places, 0 to 31; zeros come in. */
export function bitwiseLeftShift(a: TensorLike, b: TensorLike): Tensor {
  return onBits('bitwiseLeftShift', a, b, (x, places) => scope(() => ops.mul(x, powers(places))));
}

/** The bits moved down by b places, 0 to 31; copies of the sign come in. */
export function bitwiseRightShift(a: TensorLike, b: TensorLike): Tensor {
  return onBits('bitwiseRightShift', a, b, (x, places) =>
    scope(() => {
      const sign = ops.neg(ops.cast(ops.lt(x, 0), 'int32'));
      // For negative numbers the bits turned: the quotient then rounds down, as shifting does.
      const down = ops.xor(ops.div(ops.xor(x, sign), powers(places)), sign);
      return ops.where(ops.gt(places, 30), sign, down);
    }),
  );
}

/** 2ⁿ, of which the one for 31 is the sign bit. */
function powers(places: Tensor): Tensor {
  const table = tensor(Int32Array.from({ length: 32 }, (_, n) => 1 << n));
  return ops.reshape(ops.gather(table, ops.reshape(places, [places.size]), 0), places.shape);
}

function onBits(name: string, a: TensorLike, b: TensorLike, fn: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return combine(name, a, b, (x, y) => {
    expectBits(name, x);
    return fn(x, y);
  });
}

function expectBits(op: string, { dtype }: Tensor): void {
  if (dtype === 'int32' || dtype === 'bool') return;
  throw new DTypeError(`${op} works on bits`, { op, got: dtype, expected: 'int32 or bool' });
}
