import { sameShape, sizeOf } from '@evenkeel/backend';
import type { Primitive } from '../primitive.ts';
import { add } from '../primitives/add.ts';
import { sub } from '../primitives/sub.ts';
import type { ReductionAttributes } from '../reduction.ts';
import type { AppliedValue, Value } from './value.ts';

type Apply = (primitive: Primitive<never>, inputs: readonly Value[], attributes: object) => Value;

/**
 * What an operation would only repeat, or a shorter way to the same: bit for bit, whatever the elements are. The package's README has the
 * rules, and those that are none. Undefined where there is nothing shorter.
 *
 * @param apply makes other operations of the graph
 */
export function simplify(
  primitive: Primitive<never>,
  inputs: readonly Value[],
  attributes: object,
  apply: Apply,
): Value | undefined {
  const [a, b, c] = inputs as [Value, Value, Value];
  switch (primitive.name) {
    case 'mul':
      return isNumber(b, 1) ? a : isNumber(a, 1) ? b : undefined;
    case 'div':
      return isNumber(b, 1) ? a : undefined;
    case 'add': {
      // -0 + 0 is 0, so that 0 is not nothing.
      if (isNumber(b, -0)) return a;
      if (isNumber(a, -0)) return b;
      const [x, y] = [insideOf(a, 'neg'), insideOf(b, 'neg')];
      return y ? apply(sub, [a, y], {}) : x && apply(sub, [b, x], {});
    }
    case 'sub': {
      if (isNumber(b, 0)) return a;
      const y = insideOf(b, 'neg');
      return y && apply(add, [a, y], {});
    }
    case 'neg':
    case 'not':
      return insideOf(a, primitive.name);
    case 'abs': {
      const x = insideOf(a, 'neg');
      return x ? apply(primitive, [x], {}) : insideOf(a, 'abs') && a;
    }
    case 'maximum':
    case 'minimum':
    case 'and':
    case 'or':
      return a === b ? a : undefined;
    case 'where': {
      if (b === c) return b;
      if (a.kind === 'constant') return a.number !== 0 ? b : c;
      const opposite = insideOf(a, 'not');
      return opposite && apply(primitive, [opposite, c, b], {});
    }
    case 'cast': {
      const { dtype } = attributes as { dtype: Value['dtype'] };
      const x = insideOf(a, 'cast');
      // There and back again is the same where the other dtype holds all that this one does.
      const isWider = dtype === 'bool' || (dtype === 'float16' && a.dtype === 'float32');
      return dtype === a.dtype ? a : isWider && x?.dtype === dtype ? x : undefined;
    }
    case 'reshape':
    case 'expand': {
      const { shape } = attributes as { shape: Value['shape'] };
      if (sameShape(shape, a.shape)) return a;
      const x = insideOf(a, primitive.name);
      return x && apply(primitive, [x], { shape });
    }
    case 'permute': {
      const { dims } = attributes as { dims: readonly number[] };
      if (dims.every((dim, d) => dim === d)) return a;
      const x = insideOf(a, 'permute');
      const { dims: before } =
        (((x && a) as AppliedValue | undefined)?.attributes as { dims: readonly number[] }) ?? {};
      return x && apply(primitive, [x], { dims: dims.map((dim) => before[dim] as number) });
    }
    case 'concat':
      return inputs.length === 1 ? a : undefined;
    case 'amax':
    case 'amin':
    case 'prod': {
      const { dims } = attributes as ReductionAttributes;
      return dims.every((dim) => a.shape[dim] === 1) && sizeOf(a.shape) > 0 ? a : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a value is one number everywhere: this one, of floats also by its sign. */
function isNumber(value: Value, number: number): boolean {
  if (value.kind !== 'constant') return false;
  return value.dtype.startsWith('float') ? Object.is(value.number, number) : value.number === number;
}

/** What an operation of one input was applied to, where a value comes from it. */
function insideOf(value: Value, name: string): Value | undefined {
  return value.kind === 'applied' && value.primitive.name === name ? value.inputs[0] : undefined;
}
