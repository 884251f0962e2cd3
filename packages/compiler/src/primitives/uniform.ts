import { binary, cast, computedIn, constant, type DType, random, type Shape } from '@evenkeel/backend';
import { expectDType, floats } from '../expectations.ts';
import { tidy } from '../positions/divide.ts';
import { ravel } from '../positions/reshape.ts';
import type { Primitive } from '../primitive.ts';

export interface UniformAttributes {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * Random numbers in [0, 1): the upper 24 bits of one Philox word each, so that every dtype and backend gets the same; in float16, which
 * has no room for them, the upper 11. Its numbers are the low and high words of the seed and of the first block of four.
 */
export const uniform: Primitive<UniformAttributes> = {
  name: 'uniform',
  infer(_, spec) {
    expectDType('uniform', spec, floats);
    return { shape: spec.shape, dtype: spec.dtype };
  },
  lowering: {
    kind: 'source',
    numbers: ['uint32', 'uint32', 'uint32', 'uint32'],
    element(at, { shape, dtype }, first) {
      const [wide, bits] = [computedIn(dtype), dtype === 'float16' ? 11 : 24];
      const upper = binary('shiftRight', random(tidy(ravel(at, shape)), first), constant('uint32', 32 - bits));
      return binary('mul', cast(wide, upper), constant(wide, 2 ** -bits));
    },
  },
  saves: [],
  smooth: false,
};
