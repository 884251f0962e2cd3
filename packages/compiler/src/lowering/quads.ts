import { axis, type Expression, integer, type LoopKernel, sizeOf, weightedSum } from '@evenkeel/backend';
import type { Lowering, Spec } from '../primitive.ts';
import type { RoutineParts } from './routine.ts';

type Quads = Extract<Lowering<object>, { kind: 'quads' }>;

/** A loop over the fours and, where some elements are left over, a kernel for those. */
export function quadKernels(
  { elements }: Quads,
  output: Spec,
  numbers: readonly Expression[],
  { bindOutput, signature }: Pick<RoutineParts, 'bindOutput' | 'signature'>,
): LoopKernel[] {
  const binding = bindOutput();
  const size = sizeOf(output.shape);
  const whole = Math.floor(size / 4);
  const kernel = (outer: readonly number[], quad: Expression, count: number): LoopKernel => ({
    form: 'loop',
    ...signature(),
    outer,
    inner: [],
    reductions: [],
    stores: elements(quad, numbers, output)
      .slice(0, count)
      .map((value, i) => ({ binding, index: weightedSum([quad], [4], i), value })),
    elementStores: [],
  });
  return [
    ...(whole > 0 ? [kernel([whole], axis(0), 4)] : []),
    ...(size % 4 > 0 ? [kernel([], integer(whole), size % 4)] : []),
  ];
}
