import { sameShape } from '@evenkeel/backend';
import { expectDType, floats, shapeError } from '../expectations.ts';
import type { None, Primitive, Spec } from '../primitive.ts';

/** `[…, m, k] · […, k, n] → […, m, n]`, with equal leading dimensions. */
export const matmul: Primitive<None> = {
  name: 'matmul',
  infer([a, b]) {
    const [left, right] = [a as Spec, b as Spec];
    expectDType('matmul', left, floats);
    expectDType('matmul', right, [left.dtype]);
    const [p, q] = [left.shape, right.shape];
    const fits =
      p.length >= 2 && p.length === q.length && sameShape(p.slice(0, -2), q.slice(0, -2)) && p.at(-1) === q.at(-2);
    if (!fits) throw shapeError('matmul', [p, q], '[…, m, k] and […, k, n]');
    return { shape: [...p.slice(0, -1), q.at(-1) as number], dtype: left.dtype };
  },
  lowering: { kind: 'contraction' },
  saves: [0, 1],
  smooth: true,
  gradient({ inputs, gradient, ops }, input) {
    const [a, b] = [inputs[0] as typeof gradient, inputs[1] as typeof gradient];
    const rank = a.shape.length;
    const swapped = a.shape.map((_, d) => (d < rank - 2 ? d : 2 * rank - 3 - d));
    const factors = input === 0 ? [gradient, ops.permute(b, swapped)] : [ops.permute(a, swapped), gradient];
    return ops.apply(matmul, factors, {});
  },
};
