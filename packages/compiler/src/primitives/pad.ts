import { binary, type Expression, integer } from '@evenkeel/backend';
import { everyDType, expectDType, shapeError } from '../expectations.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { slice } from './slice.ts';

export interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Zeros between neighbours. */
  readonly interior: readonly number[];
}

/** Zeros around and between the elements of each dimension. */
export const pad: Primitive<PadAttributes> = {
  name: 'pad',
  infer([x], { before, after, interior }) {
    const input = x as Spec;
    expectDType('pad', input, everyDType);
    if ([...before, ...after, ...interior].some((count) => count < 0)) {
      throw shapeError('pad', [input.shape], `counts of zeros, not [${before}], [${after}], [${interior}]`);
    }
    return {
      shape: input.shape.map((extent, d) => {
        const between = Math.max(0, extent - 1) * (interior[d] as number);
        return (before[d] as number) + extent + between + (after[d] as number);
      }),
      dtype: input.dtype,
    };
  },
  lowering: {
    kind: 'rearrangement',
    from(at, input, { before, after, interior }) {
      let guard: Expression | undefined;
      const require = (condition: Expression) => {
        guard = guard ? binary('and', guard, condition) : condition;
      };
      const source = at.map((position, d) => {
        const extent = input.shape[d] as number;
        const [first, step] = [before[d] as number, (interior[d] as number) + 1];
        const moved = binary('sub', position, integer(first));
        if (first > 0) require(binary('ge', moved, integer(0)));
        if ((after[d] as number) > 0) {
          require(binary('lt', moved, integer((extent - 1) * step + 1)));
        }
        if (step === 1) return moved;
        require(binary('eq', binary('rem', moved, integer(step)), integer(0)));
        return binary('div', moved, integer(step));
      });
      return guard ? { at: source, guard } : { at: source };
    },
  },
  saves: [],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { before, interior } }) {
    const { shape } = inputs[0] as typeof gradient;
    return ops.apply(slice, [gradient], { starts: before, steps: interior.map((count) => count + 1), shape });
  },
};
