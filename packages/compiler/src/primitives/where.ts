import { type Expression, sameShape, select } from '@evenkeel/backend';
import { expectAlike, expectDType, shapeError } from '../expectations.ts';
import type { None, Primitive, Spec } from '../primitive.ts';

/** `a` where the condition holds, `b` elsewhere. */
export const where: Primitive<None> = {
  name: 'where',
  infer([condition, a, b]) {
    const [test, left, right] = [condition as Spec, a as Spec, b as Spec];
    expectDType('where', test, ['bool']);
    expectAlike('where', left, right);
    if (!sameShape(test.shape, left.shape)) {
      throw shapeError('where', [test.shape, left.shape], 'a condition of the same shape');
    }
    return left;
  },
  lowering: {
    kind: 'pointwise',
    scalar: ([condition, a, b]) => select(condition as Expression, a as Expression, b as Expression),
  },
  saves: [0],
  smooth: true,
  gradient({ inputs, gradient, ops }, input) {
    const condition = inputs[0] as typeof gradient;
    if (input === 0) return undefined;
    return input === 1 ? ops.where(condition, gradient, 0) : ops.where(condition, 0, gradient);
  },
};
