import { binary, cast, constant, type DType, random, type Shape } from '@evenkeel/backend';
import { expectDType, floats } from '../expectations.ts';
import { tidy } from '../positions/divide.ts';
import { ravel } from '../positions/reshape.ts';
import type { Primitive } from '../primitive.ts';

export interface UniformAttributes {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * Random numbers in [0, 1): the upper 24 bits of one Philox word each, so that every dtype and backend gets the same. Its numbers are
 * the low and high words of the seed and of the first block of four.
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
      const upper = binary('shiftRight', random(tidy(ravel(at, shape)), first), constant('uint32', 8));
      return binary('mul', cast(dtype, upper), constant(dtype, 2 ** -24));
    },
  },
  saves: [],
  smooth: false,
};
