import {
  axis,
  binary,
  type ContractionKernel,
  type Expression,
  integer,
  reduced,
  type Strides,
  sizeOf,
  weightedSum,
} from '@evenkeel/backend';
import type { Spec } from '../primitive.ts';
import { type ConvolutionAttributes, inflated } from '../primitives/convolution.ts';
import { firstElement, type Operand, Signature } from './operand.ts';

type Memory = Operand & { readonly strides: Strides };

/** Below this many output positions an image is too small to fill a product's columns, and the batch joins them. */
const fewPositions = 64;

/**
 * Implicit matrix products: for each image and group, the kernel's matrix `[O, C · K]` times the input's windows
 * `[C · K, S]`, which are expressions, not memory.
 */
export function lowerConvolution(
  x: Memory,
  w: Memory,
  output: Spec,
  attributes: ConvolutionAttributes,
): ContractionKernel {
  const signature = new Signature([x, w], output.dtype);
  const { groups } = attributes;
  const [images, features, ...positions] = output.shape as [number, number, ...number[]];
  const [, depth, ...widths] = w.shape as [number, number, ...number[]];
  const joins = sizeOf(positions) < fewPositions;
  const roles = {
    batch: joins ? [groups] : [images, groups],
    m: [features / groups],
    n: joins ? [images, ...positions] : positions,
    k: [depth, ...widths],
  };
  // Extents of 1 need no axis.
  let next = 0;
  const walk = (extents: readonly number[]): Expression[] =>
    extents.map((extent) => (extent === 1 ? integer(0) : axis(next++)));
  const batch = walk(roles.batch);
  const [feature] = walk(roles.m) as [Expression];
  const columns = walk(roles.n);
  const [channel, ...taps] = walk(roles.k) as [Expression, ...Expression[]];
  const group = batch.at(-1) as Expression;
  const image = (joins ? columns[0] : batch[0]) as Expression;
  const places = joins ? columns.slice(1) : columns;
  const { from, guard } = window(x, places, taps, attributes);
  const inGroup = (index: Expression, extent: number) => weightedSum([group, index], [extent, 1]);
  const index = weightedSum([image, inGroup(channel, depth), ...from], x.strides, firstElement(x.shape, x.strides));
  const weight = weightedSum(
    [inGroup(feature, features / groups), channel, ...taps],
    w.strides,
    firstElement(w.shape, w.strides),
  );
  const [readInput, readKernel] = signature.read as [Signature['read'][number], Signature['read'][number]];
  const only = (extents: readonly number[]) => extents.filter((extent) => extent !== 1);
  return {
    form: 'contraction',
    bindings: signature.bindings,
    arguments: signature.arguments,
    batch: only(roles.batch),
    m: only(roles.m),
    n: only(roles.n),
    k: only(roles.k),
    a: readKernel(weight),
    b: readInput(index, guard),
    stores: [
      {
        binding: signature.output,
        index: rowMajor([image, inGroup(feature, features / groups), ...places], output.shape),
        value: reduced(output.dtype, 0),
      },
    ],
  };
}

/** Where in the input a tap of the kernel lies at an output position, and whether there is anything. */
function window(
  x: Operand,
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

function rowMajor(position: readonly Expression[], shape: readonly number[]): Expression {
  return position.reduce(
    (index, part, d) => binary('add', binary('mul', index, integer(shape[d] as number)), part),
    integer(0),
  );
}
