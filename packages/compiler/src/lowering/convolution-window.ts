import { binary, type Expression, integer, weightedSum } from '@evenkeel/backend';
import type { Spec } from '../primitive.ts';
import { type ConvolutionAttributes, inflated } from '../primitives/convolution.ts';

/** Where in the input a tap of the kernel lies at an output position, and whether there is anything. */
export function convolutionWindow(
  x: Spec,
  places: readonly Expression[],
  taps: readonly Expression[],
  { stride, before, after, inputDilation, kernelDilation }: ConvolutionAttributes,
): { from: Expression[]; guard: Expression | undefined } {
  let guard: Expression | undefined;
  const require = (condition: Expression) => {
    guard = guard ? binary('and', guard, condition) : condition;
  };
  const from = places.map((place, d) => {
    const step = inputDilation[d] as number;
    const room = inflated(x.shape[d + 2] as number, step);
    const tap = weightedSum(
      [place, taps[d] as Expression],
      [stride[d] as number, kernelDilation[d] as number],
      -(before[d] as number),
    );
    if ((before[d] as number) > 0) require(binary('ge', tap, integer(0)));
    if ((after[d] as number) > 0) require(binary('lt', tap, integer(room)));
    if (step === 1) return tap;
    require(binary('eq', binary('rem', tap, integer(step)), integer(0)));
    return binary('div', tap, integer(step));
  });
  return { from, guard };
}
