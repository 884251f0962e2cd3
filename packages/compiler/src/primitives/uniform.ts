import { binary, cast, constant, type DType, type Shape } from '@evenkeel/backend';
import { expectDType, floats } from '../expectations.ts';
import { randomWord } from '../philox.ts';
import type { Primitive } from '../primitive.ts';

export interface UniformAttributes {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * Random numbers in [0, 1): the upper 24 bits of one Philox word each, so that every dtype and backend gets the same.
 * Its numbers are the seed's and the stream offset's low and high words.
 */
export const uniform: Primitive<UniformAttributes> = {
  name: 'uniform',
  infer(_, spec) {
    expectDType('uniform', spec, floats);
    return { shape: spec.shape, dtype: spec.dtype };
  },
  lowering: {
    kind: 'sequence',
    numbers: ['uint32', 'uint32', 'uint32', 'uint32'],
    element(place, numbers, { dtype }) {
      const bits = binary('shiftRight', randomWord(place, numbers), constant('uint32', 8));
      return binary('mul', cast(dtype, bits), constant(dtype, 2 ** -24));
    },
  },
  saves: [],
  smooth: false,
};
