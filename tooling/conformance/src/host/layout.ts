import { contiguousStrides, type Shape, sizeOf } from '@evenkeel/backend';
import { apply, full, type Tensor, tensor } from '@evenkeel/tensor';
import { elementAt, type HostTensor, positionsOf } from './host-tensor.ts';

/** How a tensor's elements lie in memory; each is a shape of view that a backend must walk. */
export type Layout =
  | 'contiguous'
  /** All dimensions in the opposite order. */
  | 'transposed'
  /** Every second element of each dimension. */
  | 'stepped'
  /** Each dimension walked backwards. */
  | 'reversed'
  /** Behind 4,099 other elements: not on any power of two. */
  | 'offset'
  /** The first dimension repeats one slice (stride 0). */
  | 'expandedFirst'
  /** The last dimension repeats one element of each row (stride 0). */
  | 'expandedLast'
  /** One number everywhere, without memory. */
  | 'uniform';

/** What lies in memory beside the elements of a view: nothing may read it, so it would be seen if something did. */
const beside = { float32: Number.NaN, float64: Number.NaN, float16: Number.NaN, int32: -987_654_321, bool: 1 } as const;

/** Which position's element stands at a position of this layout: the repeated ones are the first. */
export function sourceOf(layout: Layout, position: readonly number[]): readonly number[] {
  if (layout === 'uniform') return position.map(() => 0);
  const repeated = layout === 'expandedFirst' ? 0 : layout === 'expandedLast' ? position.length - 1 : -1;
  return position.map((at, d) => (d === repeated ? 0 : at));
}

/** A host tensor as a tensor of the current backend, laid out so. */
export function layOut(host: HostTensor, layout: Layout): Tensor {
  const { shape, dtype, values } = host;
  if (layout === 'uniform') return full(shape, values[0] ?? 0, { dtype });
  if (layout === 'expandedFirst' || layout === 'expandedLast') {
    const d = layout === 'expandedFirst' ? 0 : shape.length - 1;
    const small = shape.map((extent, i) => (i === d ? Math.min(1, extent) : extent));
    const kept = positionsOf(small).map((position) => elementAt(host, position));
    return apply('expand', [fromValues(kept, small, dtype)], { shape });
  }
  if (layout === 'contiguous' || sizeOf(shape) === 0) return fromValues(values, shape, dtype);
  if (layout === 'offset') {
    const before = new Array<number>(4099).fill(beside[dtype]);
    const whole = fromValues([...before, ...values], [before.length + values.length], dtype);
    const tail = apply('slice', [whole], { starts: [before.length], steps: [1], shape: [values.length] });
    return apply('reshape', [tail], { shape });
  }
  const order = shape.map((_, d) => shape.length - 1 - d);
  if (layout === 'transposed') {
    const turned = order.map((d) => shape[d] as number);
    const memory = rearranged(host, turned, dtype, (position) => order.map((d) => position[d] as number));
    return apply('permute', [memory], { dims: order });
  }
  const step = layout === 'stepped' ? 2 : -1;
  const starts = shape.map((extent) => (step > 0 ? 1 : extent - 1));
  const around = shape.map((extent) => (step > 0 ? 2 * extent + 1 : extent));
  const memory = rearranged(host, around, dtype, (position) =>
    position.map((at, d) => (starts[d] as number) + at * step),
  );
  return apply('slice', [memory], { starts, steps: shape.map(() => step), shape });
}

/** A tensor of the shape `memory` in which each element of `host` stands at `place` of its position. */
function rearranged(
  host: HostTensor,
  memory: Shape,
  dtype: HostTensor['dtype'],
  place: (position: number[]) => number[],
): Tensor {
  const strides = contiguousStrides(memory);
  const values = new Array<number>(sizeOf(memory)).fill(beside[dtype]);
  positionsOf(host.shape).forEach((position, i) => {
    const at = place(position).reduce((sum, index, d) => sum + index * (strides[d] as number), 0);
    values[at] = host.values[i] as number;
  });
  return fromValues(values, memory, dtype);
}

function fromValues(values: readonly number[], shape: Shape, dtype: HostTensor['dtype']): Tensor {
  return tensor(Float64Array.from(values), { shape, dtype });
}
