import { type Expression, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { axesIn } from '../positions/divide.ts';
import type { Access, Ask, Cluster, Side } from './cluster.ts';
import { kindOf, seen } from './kinds.ts';

/** Lets a cluster of elements that reads a product at `at` compute it: its elements are then what follows the product. */
export function placeProduct(cluster: Cluster, value: AppliedValue, at: readonly Expression[], ask: Ask): boolean {
  const isFree = cluster.form === 'loop' && cluster.inner === undefined;
  if (!isFree || cluster.levelOf(at, value.shape) !== 'element') return false;
  const { lowering } = (seen(value) as AppliedValue).primitive;
  if (lowering.kind === 'attention') return lowering.place(cluster, value, ask);
  cluster.form = 'contraction';
  cluster.members.add(value);
  if (lowering.kind === 'convolution') lowering.place(cluster, value, ask);
  else placeMatmul(cluster, value, ask);
  return true;
}

/**
 * Whether a value that a product reads besides a fold is what alone is made of another product, and of no fold: then that product
 * writes it, instead of what the fold would make it of.
 *
 * @param isReadOnce of what the value is made of
 */
export function continuesProduct(
  value: AppliedValue,
  accesses: readonly Access[],
  isReadOnce: (source: Value) => boolean,
): boolean {
  const isKept = accesses.some(({ context }) => context === 'operand');
  if (!isKept || accesses.every(({ cluster }) => cluster.inner === undefined)) return false;
  const size = sizeOf(value.shape);
  let isMade = false;
  const mayFollow = ({ inputs }: AppliedValue): boolean =>
    inputs.every((input) => {
      const kind = input.kind === 'applied' ? kindOf(input) : undefined;
      const isOpen = kind === 'product' && (input as AppliedValue).primitive.lowering.kind !== 'attention';
      isMade ||= isOpen && isReadOnce(input) && sizeOf(input.shape) === size;
      return kind !== 'fold' && (kind !== 'element' || mayFollow(input as AppliedValue));
    });
  return mayFollow(value) && isMade;
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
