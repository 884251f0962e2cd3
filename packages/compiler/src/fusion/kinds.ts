/** What fusion has to know of an operation: how it is computed, and how dear it is to compute twice. */
import { getOrMake, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import type { Primitive } from '../primitive.ts';

export type Kind =
  /** One expression per element, from elements of its inputs wherever they are. */
  | 'element'
  /** One value per row of a domain. */
  | 'fold'
  /** Sums of products. */
  | 'product'
  /** Its inputs side by side. */
  | 'joined'
  /** A kernel of its own. */
  | 'routine';

export function kindOf({ primitive }: AppliedValue): Kind {
  switch (primitive.lowering.kind) {
    case 'reduction':
    case 'foldWindows':
      return 'fold';
    case 'contraction':
    case 'convolution':
    case 'attention':
      return 'product';
    case 'concatenation':
      return 'joined';
    case 'routine':
      return 'routine';
    default:
      return 'element';
  }
}

/** Whether it is only another look at its input. */
export function isView(value: Value): value is AppliedValue {
  return value.kind === 'applied' && value.primitive.lowering.kind === 'view';
}

/** The one number that an operation gives on inputs without elements, if it gives any. */
export function neutralOf({ primitive, inputs, shape }: AppliedValue): number | undefined {
  const { lowering } = primitive as Primitive<object>;
  const isEmpty = inputs.some((input) => sizeOf(input.shape) === 0);
  if (!isEmpty || sizeOf(shape) === 0 || lowering.kind === 'concatenation') return undefined;
  return lowering.kind === 'reduction' && lowering.fold === 'prod' ? 1 : 0;
}

const dear = new Set(['exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'atan', 'tanh', 'erf', 'pow', 'fmod']);

/** Whether an element costs so much that it is rather kept than computed twice. */
export function isDear({ primitive }: AppliedValue): boolean {
  return dear.has(primitive.name);
}

/** Whether it is random numbers, which are rather drawn again than kept: a mask needs no memory. */
export function isDrawn({ primitive: { lowering } }: AppliedValue): boolean {
  return lowering.kind === 'source' && lowering.numbers !== undefined;
}

/**
 * What an element costs to compute from what is surely in memory, in additions, roughly. What there is one of for a whole row
 * does not count.
 */
export function chainCostOf(value: AppliedValue): number {
  return getOrMake(chainCosts, value, () => {
    let cost = costOf(value);
    const size = sizeOf(value.shape);
    for (const input of new Set(value.inputs)) {
      const isComputed = input.kind === 'applied' && kindOf(input) === 'element' && neutralOf(input) === undefined;
      if (isComputed && sizeOf(input.shape) * 4 > size) cost += chainCostOf(input);
    }
    return cost;
  });
}

const chainCosts = new WeakMap<AppliedValue, number>();

/** Whether it joins several values of its own size, so that keeping it is less to read than computing it twice. */
export function joinsSeveral(value: AppliedValue): boolean {
  const size = sizeOf(value.shape);
  const whole = new Set(value.inputs.map(seen).filter((input) => isMemory(input) && sizeOf(input.shape) === size));
  return whole.size > 1;
}

function isMemory({ kind }: Value): boolean {
  return kind !== 'constant' && kind !== 'argument';
}

/** The value that a view, or a view of a view, looks at. */
export function seen(value: Value): Value {
  return isView(value) ? seen(value.inputs[0] as Value) : value;
}

/** A draw, a comparison and a choice may be made wherever a mask is read; more than these are rather kept. */
const drawCost = 6;

/** What one element costs by itself. */
function costOf(value: AppliedValue): number {
  const { primitive } = value;
  switch (primitive.lowering.kind) {
    case 'view':
      return 0;
    case 'pointwise':
      return isDear(value) ? 8 : primitive.name === 'div' || primitive.name === 'sqrt' ? 2 : 1;
    default:
      return isDrawn(value) ? drawCost : 2;
  }
}
