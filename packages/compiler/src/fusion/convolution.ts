import { type Expression, sizeOf, weightedSum } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { convolutionWindow } from '../lowering/convolution-window.ts';
import { axesIn } from '../positions/divide.ts';
import type { ConvolutionAttributes } from '../primitives/convolution.ts';
import type { Ask, Cluster } from './cluster.ts';

/** Below this many output positions an image is too small to fill a product's columns, and the batch joins them. */
const fewPositions = 64;

/** For each image and group, the kernel's matrix `[O, C · K]` times the input's windows `[C · K, S]`, which are not memory. */
export function placeConvolution(cluster: Cluster, value: AppliedValue, ask: Ask): void {
  const [x, w] = value.inputs as [Value, Value];
  const attributes = value.attributes as ConvolutionAttributes;
  const { groups } = attributes;
  const [images, features, ...positions] = value.shape as [number, number, ...number[]];
  const [, depth, ...widths] = w.shape as [number, number, ...number[]];
  const [image, group, feature, ...places] = cluster.reaxis([images, groups, features / groups, ...positions]) as [
    Expression,
    Expression,
    Expression,
    ...Expression[],
  ];
  const inside = cluster.addAxes([depth, ...widths]);
  const [channel, ...taps] = inside.places as [Expression, ...Expression[]];
  const { from, guard } = convolutionWindow(x, places, taps, attributes);
  const inGroup = (index: Expression, extent: number) => weightedSum([group, index], [extent, 1]);
  const joins = sizeOf(positions) < fewPositions;
  const left = { value: w, at: [inGroup(feature, features / groups), channel, ...taps] };
  const right = { value: x, at: [image, inGroup(channel, depth), ...from] };
  cluster.product = {
    value,
    batch: axesIn(joins ? [group] : [image, group]),
    m: axesIn([feature]),
    n: axesIn(joins ? [image, ...places] : places),
    k: inside.axes,
    left,
    right,
    guard,
  };
  ask({ ...left, context: 'operand' });
  // Each element of the input is read once for every tap.
  ask({ ...right, context: sizeOf(widths) > 1 ? 'window' : 'operand' });
}
