import { type Expression, sizeOf, weightedSum } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { convolutionWindow } from '../lowering/convolution-window.ts';
import type { ConvolutionAttributes } from '../primitives/convolution.ts';
import type { Access, Cluster, Side } from './cluster.ts';

type Ask = (access: Omit<Access, 'cluster'>) => void;

/** Below this many output positions an image is too small to fill a product's columns, and the batch joins them. */
const fewPositions = 64;

/** Lets a cluster of elements that reads a product at `at` compute it: its elements are then what follows the product. */
export function placeProduct(cluster: Cluster, value: AppliedValue, at: readonly Expression[], ask: Ask): boolean {
  const isFree = cluster.form === 'loop' && cluster.inner === undefined;
  if (!isFree || cluster.levelOf(at, value.shape) !== 'element') return false;
  cluster.form = 'contraction';
  cluster.members.add(value);
  if (value.primitive.lowering.kind === 'convolution') placeConvolution(cluster, value, ask);
  else placeMatmul(cluster, value, ask);
  return true;
}

/**
 * A product of matrices, as it is or with its dimensions in another order: then it is written in that order, and where its rows lie
 * innermost, as the product of the transposed matrices, so that neighbors are written one after another.
 */
function placeMatmul(cluster: Cluster, value: AppliedValue, ask: Ask): void {
  const isPermuted = value.primitive.lowering.kind === 'view';
  const matmul = isPermuted ? (value.inputs[0] as AppliedValue) : value;
  const own = cluster.reaxis(value.shape);
  const { dims } = value.attributes as { dims: readonly number[] };
  const places = isPermuted ? own.map((_, d) => own[dims.indexOf(d)] as Expression) : own;
  const [a, b] = matmul.inputs as [Value, Value];
  const batch = places.slice(0, -2);
  const [row, column] = places.slice(-2) as [Expression, Expression];
  const inside = cluster.addAxes([a.shape.at(-1) as number]);
  const [k] = inside.places as [Expression];
  const sides: readonly [Side, Side] = [
    { value: a, at: [...batch, row, k] },
    { value: b, at: [...batch, k, column] },
  ];
  const isTransposed = isPermuted && own.indexOf(row) > own.indexOf(column);
  const [left, right] = isTransposed ? [sides[1], sides[0]] : sides;
  cluster.product = {
    value,
    batch: axesIn(batch),
    m: axesIn([isTransposed ? column : row]),
    n: axesIn([isTransposed ? row : column]),
    k: inside.axes,
    left,
    right,
    guard: undefined,
  };
  ask({ ...left, context: 'operand' });
  ask({ ...right, context: 'operand' });
}

/** For each image and group, the kernel's matrix `[O, C · K]` times the input's windows `[C · K, S]`, which are not memory. */
function placeConvolution(cluster: Cluster, value: AppliedValue, ask: Ask): void {
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

function axesIn(places: readonly Expression[]): number[] {
  return places.flatMap((place) => (place.kind === 'axis' ? [place.axis] : []));
}
