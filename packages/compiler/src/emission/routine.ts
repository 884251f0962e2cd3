/** The kernels of operations that no other can join. What they read is computed inside of them. */
import type { Expression, Kernel, Limits } from '@evenkeel/backend';
import type { Cluster, Kept } from '../fusion/cluster.ts';
import type { AppliedValue, Value } from '../graph/value.ts';
import { type LinePlace, linesAlong, type RoutineParts } from '../lowering/routine.ts';
import { unravel } from '../positions/reshape.ts';
import type { Primitive } from '../primitive.ts';
import type { Evaluation } from './evaluation.ts';

export function emitRoutine(cluster: Cluster, evaluation: Evaluation, limits: Limits): readonly Kernel[] {
  const [{ value: kept, memory }] = cluster.kept as [Kept];
  const value = kept as AppliedValue;
  const { lowering } = value.primitive as unknown as Primitive<object>;
  const bindOutput = () => evaluation.written(memory, value.dtype);
  const signature = () => ({ bindings: evaluation.bindings, arguments: evaluation.arguments });
  if (lowering.kind !== 'routine') return [];
  const { dim } = value.attributes as { dim: number };
  const lines = linesAlong((value.inputs[0] as Value).shape, dim);
  // The axes that the kernel is written in: outer, along the input or the output, inner, along the input.
  const extents = [lines.outer, Math.max(lines.length, value.shape[dim] as number), lines.inner, lines.length];
  cluster.extents = extents;
  const read = (input: number, place: LinePlace): Expression => {
    const of = value.inputs[input] as Value;
    const before = unravel(place[0], of.shape.slice(0, dim), extents);
    const after = unravel(place[2], of.shape.slice(dim + 1), extents);
    return evaluation.at(of, [...before, place[1], ...after]);
  };
  const parts: RoutineParts = { ...lines, limits, dtype: value.dtype, read, bindOutput, signature };
  return [lowering.kernel(parts, value.attributes)];
}
